"""nbgrader's exchange: `inbound/ada+a3-fgsm+2026-11-20 10:00:00.000000 UTC+x7Qd/a3-fgsm.ipynb`.

Each attempt is a folder of the user's name, the assignment, the time and random letters. Source:
nbgrader/exchange/default/submit.py in jupyter/nbgrader.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

from autograder.handin.download import Download
from autograder.handin.systems.reading import Piece, Reading, Who

FOLDER = re.compile(
    r"(?P<user>[^/+]+)\+(?P<assignment>[^/+]+)\+(?P<when>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) "
    r"(?P<zone>[^/+]+)(?:\+(?P<random>[^/]*))?"
)


def read(download: Download) -> Reading:
    """The files of each attempt of each user."""
    reading = Reading()
    for file in download.files:
        places = [i for i, part in enumerate(file.parts[:-1]) if FOLDER.fullmatch(part)]
        if not places:
            reading.unknown.append((file, "it lies in no folder of nbgrader's exchange"))
            continue
        match = FOLDER.fullmatch(file.parts[places[0]])
        assert match is not None
        when = datetime.fromisoformat(match["when"])
        if match["zone"] == "UTC":
            when = when.replace(tzinfo=timezone.utc)
        name = "/".join(file.parts[places[0] + 1 :])
        kind = "note" if name == "timestamp.txt" else "file"
        who = Who.of(match["user"], "", [match["user"]])
        reading.add(Piece(who, file, name, (match["when"],), when, kind=kind))
    return reading
