"""nbgrader's exchange: `inbound/ada+a3-fgsm+2026-11-20 10:00:00.000000 UTC+x7Qd/a3-fgsm.ipynb`.

Each attempt is a folder of the user's name, the assignment, the time and random letters. The folder
`inbound` of a course holds all assignments. Windows, which forbids colons in names, has other signs
in the time; a user's name may hold a plus, as addresses do. Source:
nbgrader/exchange/default/submit.py in jupyter/nbgrader.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

from autograder.handin.download import Arrived, Download
from autograder.handin.systems.reading import Piece, Reading, Who

FOLDER = re.compile(
    r"(?P<user>[^/]+)\+(?P<assignment>[^/+]+)\+(?P<day>\d{4}-\d\d-\d\d)[ _]"
    r"(?P<hour>\d\d)[^\d/](?P<minute>\d\d)[^\d/](?P<second>\d\d(?:\.\d+)?)[ _]"
    r"(?P<zone>[^/+]+)(?:\+(?P<random>[^/]*))?"
)


def read(download: Download, assignment: str = "") -> Reading:
    """The files of each attempt of each user; those of other assignments than this are aside.

    Where nothing is called like the assignment, nbgrader knows it by another name, and all count.
    """
    reading = Reading()
    found = {file: place_of(file) for file in download.files}
    known = {place[1]["assignment"] for place in found.values() if place}
    for file, place in found.items():
        if place is None:
            reading.unknown.append((file, "it lies in no folder of nbgrader's exchange"))
            continue
        at, match = place
        if assignment in known and match["assignment"] != assignment:
            reading.aside.append((file, f"a hand-in to {match['assignment']}"))
            continue
        when = datetime.fromisoformat("{day} {hour}:{minute}:{second}".format(**match.groupdict()))
        if match["zone"] == "UTC":
            when = when.replace(tzinfo=timezone.utc)
        name = "/".join(file.parts[at + 1 :])
        kind = "note" if name == "timestamp.txt" else "file"
        who = Who.of(match["user"], "", [match["user"]])
        reading.add(Piece(who, file, name, (str(when),), when, kind=kind))
    return reading


def place_of(file: Arrived) -> tuple[int, re.Match[str]] | None:
    """Which of the folders above a file is an attempt's, and what its name says."""
    for at, part in enumerate(file.parts[:-1]):
        if match := FOLDER.fullmatch(part):
            return at, match
    return None
