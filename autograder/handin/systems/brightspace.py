"""Brightspace (D2L): `12345-67890 - Ada Lovelace - Nov 20, 2026 1000 AM/a3-fgsm.ipynb`.

The first number is the user's, the second the assignment's; each attempt has a folder of its own,
or, in a flat archive, the name of the file comes after the date. Dates are written in the language
of the site and have no zone. `index.html` lists the archive. Source: documentation.brightspace.com,
"Download submissions from an assignment folder".
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from autograder.handin.download import Download
from autograder.handin.systems.reading import Piece, Reading, Who

DATE = r"(?:(?! - )[^/])*?\d{4}(?:(?! - )[^/])*"  # with a year, in whatever language
HEAD = rf"(?P<user>\d+)-\d+ - (?P<name>.+?) - (?P<when>{DATE})"
FOLDER = re.compile(rf"(?:.*/)?{HEAD}/(?P<file>.+)")
FLAT = re.compile(rf"(?:.*/)?{HEAD} - (?P<file>[^/]+)")
LISTING = re.compile(r"index\.html?", re.IGNORECASE)
CLOCK = re.compile(
    r"(?P<before>上午|下午|午前|午後|오전|오후|öö|ös)?\s?(?P<hour>\d{1,2})(?:[:.时時]| ?h ?)?"
    r"(?P<minute>\d\d)(?:[:.]\d\d)?分?\s?(?P<after>\D{0,6})$",
    re.IGNORECASE,
)
FIRST_HALF = {"上午", "午前", "오전", "öö", "a", "am", "ص", "πμ"}
SECOND_HALF = {"下午", "午後", "오후", "ös", "p", "pm", "م", "μμ"}
# The first letters of each month, in the languages that Brightspace speaks.
MONTHS = (
    *("jan|ene|gen|oca|ion|يناير", "feb|fév|fev|şub|chwef|فبراير", "mar|mär|maa|mrt|maw|مارس"),
    *("apr|avr|abr|nis|ebr|أبريل", "may|mai|mei|mag|maj|مايو", "jun|juin|giu|haz|meh|يونيو"),
    *("jul|juil|lug|tem|gorff|يوليو", "aug|aoû|ago|ağu|awst|أغسطس", "sep|set|eyl|medi|سبتمبر"),
    *(
        "oct|okt|out|ott|eki|hyd|أكتوبر",
        "nov|kas|tach|نوفمبر",
        "dec|déc|dez|dic|des|ara|rhag|ديسمبر",
    ),
)


def read(download: Download) -> Reading:
    """The files of each attempt of each user."""
    reading = Reading()
    found: list[Piece] = []
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
        who = Who.of(f"{user} - {name}", name, [user], key=user)
        found.append(Piece(who, file, match["file"], (), time_of(match["when"])))
    # A date that cannot be read puts no order into attempts: together, they are a question.
    unclear = {piece.who.key for piece in found if piece.when is None}
    for piece in found:
        clear = piece.when is not None and piece.who.key not in unclear
        reading.add(replace(piece, attempt=(str(piece.when),) if clear else ()))
    return reading


def time_of(text: str) -> datetime | None:
    """The time in `Nov 1, 2026 1000 AM`, `1 November, 2026 10:00` or `2026-11-01 1000`, or None."""
    clock = CLOCK.search(text)
    if clock is None:
        return None
    hour = int(clock["hour"])
    half = (clock["before"] or re.sub(r"[\s.]", "", clock["after"])).lower()
    if half in FIRST_HALF | SECOND_HALF:
        hour = hour % 12 + (12 if half in SECOND_HALF else 0)
    elif half:
        return None
    try:
        return datetime(*day_of(text[: clock.start()]), hour, int(clock["minute"]))
    except ValueError:
        return None


def day_of(text: str) -> tuple[int, int, int]:
    """Year, month and day. Raises ValueError where they are not told apart."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    month = month_in(text)
    if len(numbers) == 2 and month:
        return max(numbers), month, min(numbers)
    if len(numbers) == 3 and numbers[0] > 31:
        return numbers[0], numbers[1], numbers[2]
    if len(numbers) == 3 and numbers[2] > 31 and max(numbers[:2]) > 12:
        return numbers[2], min(numbers[:2]), max(numbers[:2])
    raise ValueError(f"{text} is no date")


def month_in(day: str) -> int | None:
    """The number of the month that is named in a date, after a day of the week; or None."""
    for word in reversed(re.findall(r"[^\W\d_]{3,}", day.lower())):
        for number, names in enumerate(MONTHS, 1):
            if re.match(names, word) and not (number == 6 and word.startswith("juil")):
                return number
    return None
