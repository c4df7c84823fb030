"""Moodle: `Ada Lovelace_101_assignsubmission_file/a3-fgsm.ipynb`, in folders or flat.

The names are made in mod/assign/classes/downloader.php of moodle/moodle: the full name, or the name
of the group, or `Participant`; a number; `assignsubmission_` and the kind of hand-in. Until version
4.0 an underscore ended the folder's name; a flat archive puts one before the file's.
"""

from __future__ import annotations

import re

from autograder.handin.download import Download
from autograder.handin.systems.reading import Piece, Reading, Who

KINDS = {"file": "file", "onlinetext": "text"}
NAME = re.compile(
    r"(?:.*/)?(?P<person>(?P<name>[^/]+?)(?:_(?P<number>\d+))?)_assignsubmission_(?P<kind>[a-z]+)"
    r"(?:_?/|_)(?P<file>.+)"
)


def read(download: Download) -> Reading:
    """The files of each person, whose folder has the name that Moodle gives it."""
    reading = Reading()
    for file in download.files:
        match = NAME.fullmatch(file.path)
        if match is None:
            reading.unknown.append(
                (file, "its name does not say whose it is, as Moodle's names do")
            )
            continue
        folder = f"{match['person']}_assignsubmission_file"
        who = Who.of(folder, match["name"], [match["number"] or ""])
        kind = KINDS.get(match["kind"], "note")
        reading.add(Piece(who, file, match["file"], kind=kind))
    return reading
