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

DATE = r"(?:(?! - )[^/])*?\d{4}(?:(?! - )[^/])*"  # with a year, in whatever language
HEAD = rf"(?P<user>\d+)-\d+ - (?P<name>.+?) - (?P<when>{DATE})"
FOLDER = re.compile(rf"(?:.*/)?{HEAD}/(?P<file>.+)")
FLAT = re.compile(rf"(?:.*/)?{HEAD} - (?P<file>[^/]+)")
LISTING = re.compile(r"index\.html?", re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,2})[:.]?(\d\d)(?:[:.]\d\d)?\s?([AaPp])?\.?[Mm]?\.?$")
# The first letters of each month, in the languages of most sites.
MONTHS = (
    *("jan|ene|gen", "feb|fév|fev", "mar|mär|maa|mrt", "apr|avr|abr", "may|mai|mei|mag|maj"),
    *("jun|juin|giu", "jul|juil|lug", "aug|aoû|ago", "sep|set", "oct|okt|out|ott", "nov"),
    "dec|déc|dez|dic",
)


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
        # Dates that cannot be read put no order into attempts: together, they are a question.
        attempt = (when.isoformat(),) if when else ()
        who = Who.of(f"{user} - {name}", name, [user], key=user)
        reading.add(Piece(who, file, match["file"], attempt, when))
    return reading


def time_of(text: str) -> datetime | None:
    """The time in `Nov 1, 2026 1000 AM`, `1 November, 2026 10:00` or `2026-11-01 1000`, or None."""
    clock = CLOCK.search(text)
    if clock is None:
        return None
    day = text[: clock.start()]
    hour, minute = int(clock[1]), int(clock[2])
    if clock[3]:
        hour = hour % 12 + (12 if clock[3].lower() == "p" else 0)
    numbers = [int(number) for number in re.findall(r"\d+", day)]
    try:
        if len(numbers) == 2 and (month := month_in(day)):
            return datetime(max(numbers), month, min(numbers), hour, minute)
        if len(numbers) == 3 and numbers[0] > 31:
            return datetime(numbers[0], numbers[1], numbers[2], hour, minute)
    except ValueError:
        return None
    return None


def month_in(day: str) -> int | None:
    """The number of the month that is named in a date, or None."""
    for word in re.findall(r"[^\W\d_]{3,}", day.lower()):
        for number, names in enumerate(MONTHS, 1):
            if re.match(names, word) and not (number == 6 and word.startswith("juil")):
                return number
    return None
