"""Google Classroom: an assignment's folder in Drive, with files `Ada Lovelace - a3-fgsm.ipynb`.

Classroom puts the student's name before copies of its own templates; a file that was uploaded
keeps its name, which names nobody (`a3-fgsm - final.ipynb`), and Drive numbers those that are
called alike. Source:
support.google.com/edu/classroom, "Find class files in Drive".
"""

from __future__ import annotations

import re

from autograder.catalog import KNOWN
from autograder.handin.download import Download
from autograder.handin.systems.reading import Piece, Reading, Who

ASSIGNMENT = re.compile(rf"(copy of )*({'|'.join(KNOWN)})( ?\(\d+\))?", re.IGNORECASE)
NAME = re.compile(r"(?P<name>[^/\d-][^/]*?) - (?P<file>[^/]+)")


def read(download: Download) -> Reading:
    """The files of each name."""
    reading = Reading()
    if len({file.parts[:-1] for file in download.files}) > 1:  # Drive's folder has no folders
        return Reading(unknown=[(file, "not in one folder") for file in download.files])
    for file in download.files:
        match = NAME.fullmatch(file.base)
        if match is None or ASSIGNMENT.fullmatch(match["name"]):
            reading.unknown.append((file, "no student's name stands before its own name"))
            continue
        who = Who.of(match["name"], match["name"], [match["name"]], key=match["name"])
        reading.add(Piece(who, file, match["file"]))
    return reading
