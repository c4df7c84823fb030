"""Sakai: `Homework/Lovelace, Ada(ada)/Submission attachment(s)/a3-fgsm.ipynb`.

Beside the attachments lie `timestamp.txt` (`20261120100000000`, in the server's zone), the text
that was typed in, comments and feedback; above them `grades.csv` or `grades.xls`. The title may end
in brackets, as a person's folder does. Some programs unpack the archive into one folder, with
underscores in place of the slashes. Source: sakaiproject/sakai, assignment/impl, "zipSubmissions".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from autograder.errors import Malformed
from autograder.handin.download import Arrived, Download
from autograder.handin.systems.reading import Piece, Reading, Who

PERSON = re.compile(r"(?P<name>[^/]+?) ?\((?P<user>[^()/]+)\)")
ATTACHMENTS = re.compile(r"submission attachment\(s\)", re.IGNORECASE)
OTHER_LANGUAGE = re.compile(r"(?!.*(feedback|retro|rück|comment|коммент)).+", re.IGNORECASE)
TYPED = re.compile(r".*submissionText\.(html|txt)", re.IGNORECASE)
TABLE = re.compile(r"grades\.(csv|xlsx?|ods)", re.IGNORECASE)
FLAT = re.compile(
    r"(?P<person>[^/]+?\([^()/]+\))_submission attachment\(s\)_(?P<file>[^/]+)", re.IGNORECASE
)
TIMES = re.compile(r"\s*(\d{14})\d*\s*")


def read(download: Download) -> Reading:
    """The attachments of each user."""
    reading = Reading()
    english = any(map(ATTACHMENTS.fullmatch, (part for f in download.files for part in f.parts)))
    attachments = ATTACHMENTS if english else OTHER_LANGUAGE
    level = level_of_people(download.files)
    times: dict[str, datetime] = {}
    found: list[Piece] = []
    for file in download.files:
        place = place_of_person(file.parts[:-1], level)
        if place is None:
            if TABLE.fullmatch(file.base):
                reading.aside.append((file, "Sakai's table of grades"))
            elif match := FLAT.fullmatch(file.base):
                found.append(Piece(person(match["person"]), file, match["file"]))
            else:
                why = "its name does not say whose it is, as Sakai's names do"
                reading.unknown.append((file, why))
            continue
        who = person(file.parts[place])
        within = file.parts[place + 1 :]
        if len(within) > 1 and attachments.fullmatch(within[0]):
            found.append(Piece(who, file, "/".join(within[1:])))
        else:
            kind = "text" if TYPED.fullmatch(file.base) else "note"
            found.append(Piece(who, file, file.base, kind=kind))
            if file.base == "timestamp.txt" and (when := time_in(file)):
                times[who.key] = when
    for piece in found:
        when = times.get(piece.who.key)
        reading.add(Piece(piece.who, piece.file, piece.name, when=when, kind=piece.kind))
    if not any(piece.kind == "file" for piece in found):
        return Reading(unknown=[(file, "no attachment of Sakai's") for file in download.files])
    return reading


def level_of_people(files: Sequence[Arrived]) -> int | None:
    """How many folders lie above a person's: where most folders are called like a person's."""
    named = {
        (level, name)
        for file in files
        for level, name in enumerate(file.parts[:-1])
        if PERSON.fullmatch(name) and not name.endswith("(s)")
    }
    levels = Counter(level for level, _ in named)
    return max(levels, key=lambda level: (levels[level], level), default=None)


def place_of_person(folders: Sequence[str], level: int | None) -> int | None:
    """Which of the folders is a person's: the one above the attachments, or `Doe, Ann(ann)`."""
    for at, name in enumerate(folders):
        if ATTACHMENTS.fullmatch(name):
            return at - 1 if at else None
    if level is not None and level < len(folders) and PERSON.fullmatch(folders[level]):
        return level
    return None


def person(folder: str) -> Who:
    """The person of a folder; one of an anonymous hand-in has a number alone."""
    match = PERSON.fullmatch(folder)
    if match is None:
        return Who.of(folder, "", [folder])
    return Who.of(match["user"], in_order(match["name"]), [match["user"]])


def in_order(name: str) -> str:
    """`Lovelace, Ada` as `Ada Lovelace`."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma else name


def time_in(file: Arrived) -> datetime | None:
    """The time in a `timestamp.txt`, or None."""
    try:
        match = TIMES.fullmatch(file.content(1000).decode("ascii", errors="replace"))
        return datetime.strptime(match[1], "%Y%m%d%H%M%S") if match else None
    except (Malformed, ValueError):
        return None
