"""What a student did who gets a likely cause: the common mistakes' texts, for a tutorial.

`mistakes.csv` beside this file is written by tools/ta_page.py, from the wrong answers that this
project's tests grade.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("mistakes.csv")
HEAD = ("assignment", "says", "answer")
MOST = 2  # texts for one cause: more are no longer read out


@dataclass(frozen=True)
class Mistake:
    """A wrong answer: words of the likely cause that it gets, and what was done."""

    assignment: str
    says: str
    answer: str


@cache
def known_mistakes() -> tuple[Mistake, ...]:
    """Every mistake of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(Mistake(*(row[name] for name in HEAD)) for row in csv.DictReader(file))


def answers_for(assignment: str, cause: str) -> list[str]:
    """What was done in answers that get this cause, those whose words fit it closest first."""
    told = cause.casefold()
    fits = [
        each
        for each in known_mistakes()
        if each.assignment == assignment and each.says.casefold() in told
    ]
    fits.sort(key=lambda each: -len(each.says))
    return list(dict.fromkeys(each.answer for each in fits))[:MOST]
