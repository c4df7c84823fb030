"""Brightspace (D2L): the grades that a teacher exported, with one column filled in.

A heading is `FGSM Points Grade <Numeric MaxPoints:20 Weight:5>`; numbers and user names begin with
`#`, which also ends each line. Source: documentation.brightspace.com, "Import and export grades".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.exports.filling import Report, column_called, fill_column
from autograder.exports.matching import Student, student
from autograder.exports.sheet import Sheet, value_of
from autograder.report.results import Result
from autograder.report.roster.people import Roster

NEEDED = "End-of-Line Indicator"
COLUMN = re.compile(
    r"(?P<title>.*\S) Points Grade"
    r"(?:\s*<[^>]*?MaxPoints:\s*(?P<points>\d+(?:[.,]\d+)?)[^>]*>)?(?P<id>)"
)


def fill(
    sheet: Sheet,
    results: Sequence[Result],
    *,
    assignment: str | None,
    roster: Roster,
    only: str | None = None,
    points: str | None = None,
) -> Report:
    """Enter the scores in the column of `assignment`: its heading, or its title.

    Raises CourseError: no such column or several, students not told apart, points.
    """
    column = column_called(sheet, assignment, COLUMN)
    match = COLUMN.fullmatch(sheet.header[column].strip())
    maximum = value_of(match["points"]) if match and match["points"] else None
    students = read_students(sheet)
    return fill_column(
        sheet, column, students, results, maximum=maximum, roster=roster, only=only, points=points
    )


def read_students(sheet: Sheet) -> list[Student]:
    """The rows of students, each known by number, user name, address and full name."""
    columns = {name: sheet.find(name) for name in ("OrgDefinedId", "Username", "Email")}
    first, last = sheet.find("First Name"), sheet.find("Last Name")
    students = []
    for row in range(len(sheet.rows)):
        names = {
            name: [sheet.cell(row, column).lstrip("#")]
            for name, column in columns.items()
            if column is not None
        }
        label = f"{sheet.cell(row, first)} {sheet.cell(row, last)}".strip()
        if any(any(values) for values in names.values()):
            shown = label or next(filter(None, (values[0] for values in names.values())))
            students.append(student(row, shown, {**names, "Last Name": [label]}))
    return students
