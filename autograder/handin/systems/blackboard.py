"""Blackboard: `Homework_ada_attempt_2026-11-20-10-00-00_a3-fgsm.ipynb` and a receipt in `.txt`.

Every attempt is in the archive; the word for it is in the site's language. Title and user name may
both hold underscores; a receipt, which names the user in brackets, tells them apart, and where none
does, what all names begin with is the title. Times have no zone. Source: help.blackboard.com,
"Download assignment submissions".
"""

from __future__ import annotations

import re
from datetime import datetime

from autograder.errors import Malformed
from autograder.handin.download import Arrived, Download
from autograder.handin.systems.reading import Piece, Reading, Who, shared_start

NAME = re.compile(
    r"(?P<front>[^/]+)_[^\W\d_]+_(?P<when>\d{4}(?:-\d\d){5})"
    r"(?:_(?P<file>[^/]+)|(?P<receipt>\.txt))"
)
PERSON = re.compile(
    r"^\s*[^\n:：]{1,40}[:：]\s*(?P<name>[^\n]*?)\s*[(（](?P<user>[^()（）\n]+)[)）]\s*$",
    re.MULTILINE,
)
LONGEST_RECEIPT = 1 << 20


def read(download: Download) -> Reading:
    """The files and the receipt of each attempt of each user."""
    reading = Reading()
    matches = {file: NAME.fullmatch(file.base) for file in download.files}
    fronts = {match["front"] for match in matches.values() if match}
    people = {
        match["front"]: found
        for file, match in matches.items()
        if match and match["receipt"] and (found := receipt(file, match["front"]))
    }
    titles = {front[: -len(user) - 1] for front, (user, _) in people.items()}
    title = titles.pop() if len(titles) == 1 else shared_start(fronts).rpartition("_")[0]
    for file, match in matches.items():
        if match is None:
            reading.unknown.append(
                (file, "its name does not say whose it is, as Blackboard's names do")
            )
            continue
        front = match["front"]
        user, name = people.get(front) or (user_of(front, title), "")
        when = datetime.strptime(match["when"], "%Y-%m-%d-%H-%M-%S")
        kind = "note" if match["receipt"] else "file"
        who = Who.of(user, name, [user])
        called = match["file"] or file.base
        reading.add(Piece(who, file, called, (match["when"],), when, kind=kind))
    return reading


def receipt(file: Arrived, front: str) -> tuple[str, str] | None:
    """User name and name in a receipt, if its user name is the end of the file's front part."""
    try:
        text = file.content(LONGEST_RECEIPT).decode("utf-8-sig", errors="replace")
    except Malformed:
        return None
    for match in PERSON.finditer(text):
        if front.endswith(f"_{match['user']}"):
            return match["user"], match["name"]
    return None


def user_of(front: str, title: str) -> str:
    """The user name in `Title_user`."""
    if title and front.startswith(f"{title}_") and len(front) > len(title) + 1:
        return front[len(title) + 1 :]
    return front.rpartition("_")[2] or front
