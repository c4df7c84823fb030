"""Brightspace (D2L): `12345-67890 - Ada Lovelace - Nov 20, 2026 1000 AM/a3-fgsm.ipynb`.

The first number is the user's, the second the assignment's; each attempt has a folder of its own,
or, in a flat archive, the name of the file comes after the date. Dates are written in the language
of the site and have no zone. `index.html` lists the archive. Source: documentation.brightspace.com,
"Download submissions from an assignment folder".
"""

from __future__ import annotations

import re
from datetime import datetime

from autograder.handin.download import Download
from autograder.handin.systems.reading import Piece, Reading, Who

DATE = r"(?:(?! - )[^/])*?\d{1,2}:?\d\d(?: ?[AaPp]\.?[Mm]\.?)?"
HEAD = rf"(?P<user>\d+)-\d+ - (?P<name>.+?) - (?P<when>{DATE})"
FOLDER = re.compile(rf"(?:.*/)?{HEAD}/(?P<file>.+)")
FLAT = re.compile(rf"(?:.*/)?{HEAD} - (?P<file>[^/]+)")
LISTING = re.compile(r"index\.html?", re.IGNORECASE)
MONTHS = (*("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),)


def read(download: Download) -> Reading:
    """The files of each attempt of each user."""
    reading = Reading()
    for file in download.files:
        match = FOLDER.fullmatch(file.path) or FLAT.fullmatch(file.path)
        if match is None:
            if LISTING.fullmatch(file.base):
                reading.aside.append((file, "Brightspace's list of the archive"))
            else:
                why = "its name does not say whose it is, as Brightspace's names do"
                reading.unknown.append((file, why))
            continue
        user, name = match["user"], match["name"]
        when = time_of(match["when"])
        attempt = (when.isoformat(),) if when else ("", match["when"])
        who = Who.of(f"{user} - {name}", name, [user], key=user)
        reading.add(Piece(who, file, match["file"], attempt, when))
    return reading


def time_of(text: str) -> datetime | None:
    """The time in `Nov 1, 2026 1000 AM`, `1 November, 2026 10:00` or `2026-11-01 1000`, or None."""
    clock = re.search(r"(\d{1,2}):?(\d\d)(?::?\d\d)? ?([AaPp])?\.?[Mm]?\.?$", text)
    if clock is None:
        return None
    day = text[: clock.start()]
    hour = int(clock[1])
    if clock[3]:
        hour = hour % 12 + (12 if clock[3].lower() == "p" else 0)
    numbers = [int(number) for number in re.findall(r"\d+", day)]
    word = next((w[:3].lower() for w in re.findall(r"[^\W\d_]{3,}", day)), "")
    try:
        if word in MONTHS and len(numbers) == 2:
            year, of_month = max(numbers), min(numbers)
            return datetime(year, MONTHS.index(word) + 1, of_month, hour, int(clock[2]))
        if len(numbers) == 3 and numbers[0] > 31:
            return datetime(numbers[0], numbers[1], numbers[2], hour, int(clock[2]))
    except ValueError:
        return None
    return None
