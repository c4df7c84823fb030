"""Microsoft Teams: `Submitted files/Ada Lovelace/Homework 3/Version 2/a3-fgsm.ipynb`.

SharePoint keeps every version in a folder of its own, and drafts below `Working files`, which are
no hand-ins. The word for `Version` is in the language of the team. Source: support.microsoft.com,
"Where are assignments files stored".
"""

from __future__ import annotations

import re

from autograder.handin.download import Download
from autograder.handin.systems.reading import Piece, Reading, Who

VERSION = re.compile(
    r"(?:vers\w*|wersja|verz\w+|верс\w+|έκδοση|sürüm|phiên bản|גרסה|الإصدار|バージョン|版本|버전)"
    r" ?(?P<number>\d+)",
    re.IGNORECASE,
)
DRAFTS = re.compile(r"working files", re.IGNORECASE)


def read(download: Download) -> Reading:
    """The files of each version of each person's hand-in."""
    reading = Reading()
    for file in download.files:
        if any(DRAFTS.fullmatch(part) for part in file.parts[:-1]):
            reading.aside.append((file, "a draft: only what lies below Submitted files counts"))
            continue
        places = [i for i, part in enumerate(file.parts[:-1]) if VERSION.fullmatch(part)]
        if not places or places[-1] < 2:
            why = "it lies in no folder <student>/<assignment>/Version <number>"
            reading.unknown.append((file, why))
            continue
        place = places[-1]
        match = VERSION.fullmatch(file.parts[place])
        assert match is not None
        person = file.parts[place - 2]
        name = "/".join(file.parts[place + 1 :])
        who = Who.of(person, person, [person], key=person)
        reading.add(Piece(who, file, name, (int(match["number"]),)))
    return reading
