"""nbgrader: the columns of `nbgrader export`, with the quoting of RFC 4180, which it leaves out."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

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


def grades_csv(results: Sequence[Result], roster: Roster) -> str:
    """One line per student; names and email come from the roster.

    Dates are empty, for the judge knows none, and so are the scores that it does not stand by,
    where nbgrader would write 0.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for result in results:
        person = roster.get(result.student) or Person()
        score = number(result.score or 0) if is_scored(result) else ""
        texts = (result.student, person.last_name, person.first_name, person.email)
        numbers = (score, "0", score, number(result.max_score))
        writer.writerow([result.assignment, "", "", *map(guarded, texts), *numbers])
    return table.getvalue()
