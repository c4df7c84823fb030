"""Blackboard: the grade centre's file with one column filled in, in the encoding it came in.

A column's heading is `FGSM [Total Pts: 20 Score] |12345`. The download is text with tabs in UTF-16
that is called `.xls`, or CSV. A download of one column with comments has columns for feedback,
which are filled in too; files of feedback cannot be uploaded for a class. Source:
help.blackboard.com, "Work offline with grade data".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from autograder.exports.filling import Report, column_called, fill_column
from autograder.exports.markup import result_as_html
from autograder.exports.matching import Student, student
from autograder.exports.matching import match as match_students
from autograder.exports.sheet import Sheet, value_of
from autograder.report.results import Result, is_scored
from autograder.report.roster.people import Roster
from course.errors import CourseError

NEEDED = "Username"
FEEDBACK = ("Feedback to Learner", "Feedback to User")  # in older and newer releases
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
    report = fill_column(
        sheet, column, students, results, maximum=maximum, roster=roster, only=only, points=points
    )
    fill_feedback(sheet, match_students(students, results, roster, only), results)
    return report


def fill_feedback(sheet: Sheet, found: Mapping[str, Student], results: Sequence[Result]) -> None:
    """Enter each student's feedback, where the sheet is of one column and has a place for it."""
    shown = next(filter(None, map(sheet.find, FEEDBACK)), None)
    if (
        shown is None
        or sum(COLUMN.fullmatch(head.strip()) is not None for head in sheet.header) > 1
    ):
        return
    for result in results:
        each = found.get(result.student)
        if each is not None and is_scored(result):
            sheet.put(each.row, shown, result_as_html(result))
            if (kind := sheet.find("Feedback Format")) is not None:
                sheet.put(each.row, kind, "HTML")


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
