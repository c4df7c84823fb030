"""nbgrader: the columns of `nbgrader export`, with the quoting of RFC 4180, which it leaves out."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from autograder.report.marks.penalties import Mark
from autograder.report.results import Result, guarded, is_scored, number
from autograder.report.roster.people import Person, Roster

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def grades_csv(
    results: Sequence[Result], roster: Roster, marks: Mapping[str, Mark] | None = None
) -> str:
    """One line per student; names and email come from the roster.

    marks: by student, for dates and penalties; without them those are empty and 0, for the judge
    knows none. Scores that it does not stand by are empty, where nbgrader would write 0.
    """
    marks = marks or {}
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for result in results:
        person = roster.get(result.student) or Person()
        score = number(result.score or 0) if is_scored(result) else ""
        texts = (result.student, person.last_name, person.first_name, person.email)
        raw, penalty, dates = score, "0", ("", "")
        if (mark := marks.get(result.student)) is not None:
            dates = (utc(mark.deadline), utc(mark.handed_in))
            penalty = number(mark.penalty)
            raw = "" if mark.raw is None else number(mark.raw)
        numbers = (raw, penalty, score, number(result.max_score))
        writer.writerow([result.assignment, *dates, *map(guarded, texts), *numbers])
    return table.getvalue()


def utc(when: datetime | None) -> str:
    """A time as nbgrader writes it, in UTC and without a zone; nothing where there is none."""
    if when is None:
        return ""
    return when.astimezone(timezone.utc).replace(tzinfo=None).isoformat(" ")
