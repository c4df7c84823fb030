"""Blackboard: the grade centre's file with one column filled in, in the encoding it came in.

A column's heading is `FGSM [Total Pts: 20 Score] |12345`. The download is text with tabs in UTF-16
that is called `.xls`, or CSV. Source: help.blackboard.com, "Work offline with grade data".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.exports.filling import Report, column_called, fill_column
from autograder.exports.matching import Student, student
from autograder.exports.sheet import Sheet, value_of
from autograder.report.results import Result
from autograder.report.roster.people import Roster
from course.errors import CourseError

NEEDED = "Username"
COLUMN = re.compile(
    r"(?P<title>.*\S)\s*\[[^\]]*?(?P<points>\d+(?:[.,]\d+)?)[^\]]*\]\s*\|\s*(?P<id>\d+)"
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
    """Enter the scores in the column of `assignment`: its heading, its title, or its number.

    Raises CourseError: no grade centre file, no such column or several, students not told apart.
    """
    if sheet.find("Last Name") is None:
        raise CourseError(
            f"{sheet.path} is no file of Blackboard's grade centre: Work Offline > Download"
        )
    column = column_called(sheet, assignment, COLUMN)
    match = COLUMN.fullmatch(sheet.header[column].strip())
    maximum = value_of(match["points"]) if match else None
    students = read_students(sheet)
    return fill_column(
        sheet, column, students, results, maximum=maximum, roster=roster, only=only, points=points
    )


def read_students(sheet: Sheet) -> list[Student]:
    """The rows of students, each known by user name, student number and full name."""
    columns = {name: sheet.find(name) for name in ("Username", "Student ID")}
    first, last = sheet.find("First Name"), sheet.find("Last Name")
    students = []
    for row in range(len(sheet.rows)):
        names = {
            name: [sheet.cell(row, column)]
            for name, column in columns.items()
            if column is not None
        }
        label = f"{sheet.cell(row, first)} {sheet.cell(row, last)}".strip()
        if any(any(values) for values in names.values()):
            students.append(student(row, label, {**names, "Last Name": [label]}))
    return students
