"""GitHub Classroom: one repository for each student or team, `a3-fgsm-ada/`, below one folder.

The name of a repository is the assignment's, a hyphen and the account. The folder that `gh` makes
for them, `a3-fgsm-submissions`, says the assignment's, or Classroom's own `grades.csv`; else it is
what all names begin with. Source: docs.github.com, `gh classroom clone student-repos`, "Download
grades".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence

from autograder.catalog import KNOWN
from autograder.errors import Malformed
from autograder.handin.download import Download
from autograder.handin.systems.reading import Piece, Reading, Who, shared_start

TABLE = re.compile(r".*grades.*\.csv", re.IGNORECASE)
BRANCHES = ("-main", "-master")  # in the names of archives that GitHub makes
DEPTHS = (1, 2, 3)  # of the folders of students
CLONED = "-submissions"  # ends the folder that `gh classroom clone student-repos` makes
ACCOUNT, REPOSITORY = "github_username", "student_repository_name"


def read(download: Download) -> Reading:
    """The files of each repository."""
    reading = Reading()
    names = repositories(download)
    called = [folder.rpartition("/")[2] for folder in names]
    prefix = announced_start(names) or common_start(called)
    branch = next((end for end in BRANCHES if all(name.endswith(end) for name in called)), "")
    listed = accounts(download)
    if len(set(called)) < len(called) or not (prefix or listed):
        names = set()
    for file in download.files:
        folder = next(
            (
                "/".join(file.parts[:end])
                for end in range(1, len(file.parts))
                if "/".join(file.parts[:end]) in names
            ),
            None,
        )
        if folder is None:
            if TABLE.fullmatch(file.base) and listed:
                reading.aside.append((file, "Classroom's table of grades"))
            else:
                reading.unknown.append((file, "it lies in no student's repository"))
            continue
        repository = folder.rpartition("/")[2]
        account = listed.get(repository) or repository.removeprefix(prefix).removesuffix(branch)
        name = file.path[len(folder) + 1 :]
        if account == repository and prefix:
            reading.unknown.append((file, f"{repository} does not begin with {prefix}"))
        else:
            reading.add(Piece(Who.of(account, "", [account]), file, name))
    return reading


def repositories(download: Download) -> set[str]:
    """The folders of students: git repositories, or all folders named after the assignment."""
    found = {folder for folder in download.repositories if folder}
    if found:  # and all that lie beside one, for not each needs to have been cloned
        above = {folder.rpartition("/")[0] for folder in found}
        folders = {
            "/".join(file.parts[:end])
            for file in download.files
            for end in DEPTHS
            if end < len(file.parts)
        }
        return {folder for folder in folders if folder.rpartition("/")[0] in above}
    seconds = {"/".join(file.parts[:2]) for file in download.files if len(file.parts) > 2}
    firsts = {file.parts[0] for file in download.files if len(file.parts) > 1}
    for folders in (seconds, firsts):
        own = [folder.rpartition("/")[2] for folder in folders]
        if any(all(name.startswith(f"{known}-") for name in own) for known in KNOWN if own):
            return folders
        if announced_start(folders):
            return folders
    return set()


def announced_start(folders: Collection[str]) -> str:
    """`hw-3-` where all repositories lie in `hw-3-submissions`, and begin with it; or nothing."""
    above = {folder.rpartition("/")[0].rpartition("/")[2] for folder in folders}
    place = above.pop() if len(above) == 1 else ""
    prefix = f"{place.removesuffix(CLONED)}-"
    named = all(folder.rpartition("/")[2].startswith(prefix) for folder in folders)
    return prefix if place.endswith(CLONED) and named else ""


def common_start(names: Sequence[str]) -> str:
    """What comes before the account in the name of each repository, with its hyphen."""
    for known in KNOWN:
        if names and all(name.startswith(f"{known}-") for name in names):
            return f"{known}-"
    return "".join(shared_start(names).rpartition("-")[:2])


def accounts(download: Download) -> dict[str, str]:
    """The account of each repository, from Classroom's own table where it lies beside them."""
    found: dict[str, str] = {}
    for file in download.files:
        if TABLE.fullmatch(file.base):
            try:
                text = file.content(16 << 20).decode("utf-8-sig")
                for row in csv.DictReader(io.StringIO(text)):
                    if row.get(REPOSITORY) and row.get(ACCOUNT):
                        found[row[REPOSITORY]] = row[ACCOUNT]
            except (Malformed, ValueError, csv.Error):
                continue
    return found
