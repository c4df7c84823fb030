"""No system: `<student>/<assignment>/<file>`, `<student>/<file>` or `<student>.ipynb`.

The folder of a student is the one that holds the assignment's file, or the one above where that is
called like the assignment; what lies deeper belongs to the same student. Where two folders bear one
name, as `src` or a name in two sections does, nothing is guessed. nbgrader's `timestamp.txt` says
when the files beside it were handed in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from autograder.errors import Malformed
from autograder.handin.choosing import named_alike
from autograder.handin.download import Arrived, Download
from autograder.handin.systems.reading import Piece, Reading, Who
from autograder.report.marks.moments import stamped
from autograder.report.marks.penalties import STAMP
from course.errors import CourseError

HANDED_IN = re.compile(r"(?P<student>.+)\.(?:ipynb|py|zip)(?:\.(?:txt|json))?", re.IGNORECASE)
BESIDE = re.compile(
    r"readme.*|.*\.(csv|tsv|xlsx?|ods|md|log)|index\.html?|timestamp\.txt", re.IGNORECASE
)
Folders = tuple[str, ...]


def read(download: Download, assignment: str) -> Reading:
    """The files of each student's folder, or one file for each student."""
    reading = Reading()
    homes = student_folders(download.files, assignment)
    names = Counter(home[-1] for home in homes)
    times = {file.parts[:-1]: time_in(file) for file in download.files if file.base == STAMP}
    level = Counter(map(len, homes)).most_common(1)[0][0] if homes else 1
    for file in download.files:
        folders = file.parts[:-1]
        home = next(
            (folders[:end] for end in range(len(folders), 0, -1) if folders[:end] in homes), ()
        )
        if not home and homes and len(folders) >= level:
            home = folders[:level]
        if not home and homes and folders:
            add_loose(reading, file)
        elif not home:
            add_single(reading, file, assignment)
        elif names[home[-1]] > 1:
            both = " and ".join("/".join(each) for each in sorted(homes) if each[-1] == home[-1])
            reading.unknown.append((file, f"{both} have one name: are they one student?"))
        else:
            place = "/".join(home)
            who = Who.of(unnumbered(home[-1]), key=place)
            kind = "note" if file.base == STAMP else "file"
            when = times.get(folders)
            reading.add(Piece(who, file, file.path[len(place) + 1 :], when=when, kind=kind))
    return reading


def time_in(file: Arrived) -> datetime | None:
    """The time in a `timestamp.txt`, or None."""
    try:
        return stamped(file.content(1000).decode("utf-8", errors="replace"), file.path)
    except (Malformed, CourseError):
        return None


def student_folders(files: Sequence[Arrived], assignment: str) -> set[Folders]:
    """The folder of each student; none where every student has one file and no folder."""
    alike = re.compile(named_alike(assignment), re.IGNORECASE)
    answers = [file.parts[:-1] for file in files if alike.fullmatch(file.base)]
    if not answers:
        answers = [file.parts[:-1] for file in files if HANDED_IN.fullmatch(file.base)]
        answers = answers or [file.parts[:-1] for file in files if not BESIDE.fullmatch(file.base)]
        several = len(answers) > 1 and len(set(answers)) == 1
        if several and answers[0][-1:] != (assignment,):
            return set()
    below = Counter(
        folders[: at + 1]
        for folders in set(answers)
        for at, name in enumerate(folders[:-1])
        if name == assignment
    )
    homes = {home_of(folders, assignment, below) for folders in answers} - {()}
    while (higher := raised(homes)) != homes:
        homes = higher
    return {home for home in homes if not any(home[:end] in homes for end in range(1, len(home)))}


def raised(homes: set[Folders]) -> set[Folders]:
    """The folders; those like `src`, that lie alone and share their name, are one higher."""
    names = Counter(home[-1] for home in homes)
    beside = Counter(home[:-1] for home in homes)
    return {
        home[:-1] if names[home[-1]] > 1 and len(home) > 1 and beside[home[:-1]] == 1 else home
        for home in homes
    }


def home_of(folders: Folders, assignment: str, below: Counter[Folders]) -> Folders:
    """The folder of the student whose answer lies in `folders`.

    below: how many answers lie in folders below each one that is called like the assignment.
    """
    for at in range(len(folders) - 1, 0, -1):
        if folders[at] == assignment and below[folders[: at + 1]] < 2:
            return folders[:at]
    return folders


def add_loose(reading: Reading, file: Arrived) -> None:
    """Note a file that lies above the folders of the students."""
    if BESIDE.fullmatch(file.base):
        reading.aside.append((file, "no hand-in"))
    else:
        reading.unknown.append((file, "it lies in no student's folder"))


def add_single(reading: Reading, file: Arrived, assignment: str) -> None:
    """Note a file that lies in no student's folder: its name is the student's, if it is one."""
    match = HANDED_IN.fullmatch(file.base)
    if re.fullmatch(named_alike(assignment), file.base, re.IGNORECASE):
        reading.unknown.append((file, "neither its name nor a folder says whose it is"))
    elif match is None and BESIDE.fullmatch(file.base):
        reading.aside.append((file, "no hand-in"))
    elif match is None:
        reading.unknown.append(
            (file, "it is no notebook, script or zip archive, and lies in no folder")
        )
    else:
        student = without_assignment(match["student"], assignment)
        who = Who.of(unnumbered(student), key=student)
        reading.add(Piece(who, file, assignment + file.base[len(match["student"]) :]))


def unnumbered(name: str) -> str:
    """`ada` for `ada (1)`, as browsers and systems call a second download or folder."""
    return re.sub(r"\s?\(\d{1,2}\)$", "", name) or name


def without_assignment(name: str, assignment: str) -> str:
    """`ada` for `ada_a3-fgsm` and `a3-fgsm ada`, and for GitHub's `a3-fgsm-ada-main`."""
    between = re.escape(assignment)
    if branch := re.fullmatch(rf"{between}-(.+)-(?:main|master)", name):
        return branch[1]
    bare = re.sub(rf"^{between}[ _-]+|[ _-]+{between}$", "", name, flags=re.IGNORECASE)
    return bare or name
