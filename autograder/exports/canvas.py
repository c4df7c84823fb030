"""Canvas: the gradebook that a teacher exported, with one assignment's column filled in.

Canvas makes a new assignment of a heading that it does not know, so headings are never written,
only found. Its rules are those of lib/gradebook_importer.rb in instructure/canvas-lms.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.exports.filling import Report, column_called, enter, first_report, points_for
from autograder.exports.matching import Student, match, student
from autograder.exports.sheet import Sheet, value_of
from autograder.report.results import Result, is_scored
from autograder.report.roster.people import Roster
from course.errors import CourseError

NEEDED = "ID"
_WITH_ID = re.compile(r"(?P<title>.*\S)\s*\((?P<id>\d+)\)")
# Excused, and not assigned to this student: neither is a grade that may be replaced.
_KEPT = {"EX": "excused", "N/A": "not assigned"}


def fill(
    sheet: Sheet,
    results: Sequence[Result],
    *,
    assignment: str | None,
    roster: Roster,
    only: str | None = None,
    points: str | None = None,
) -> Report:
    """Enter the scores in the column of `assignment`: `Title (123)`, `123` or a unique title.

    Raises CourseError: no gradebook, no such column or several, students not told apart, points.
    """
    named = sheet.find("Student") is not None or sheet.find("LastName") is not None
    if not named or sheet.find("Section") is None:
        raise CourseError(f"{sheet.path} is no Canvas gradebook: export it under Grades > Export")
    column = column_called(sheet, assignment, _WITH_ID)
    possible = next((row for row in range(len(sheet.rows)) if is_possible(sheet, row)), None)
    above = "" if possible is None else sheet.cell(possible, column)
    if "read only" in above:
        raise CourseError(f"{sheet.header[column]!r} is a total that Canvas computes itself")
    students = read_students(sheet)
    found = match(students, results, roster, only)
    report = first_report(students, results, found)
    for result in results:
        each = found.get(result.student)
        if each is None or not is_scored(result):
            continue
        why = _KEPT.get(sheet.cell(each.row, column).upper())
        if why:
            report.kept.append(f"{each.label} ({why})")
            continue
        score = points_for(result, value_of(above), points, sheet)
        enter(sheet, column, each, score, report)
    return report


def is_possible(sheet: Sheet, row: int) -> bool:
    """Whether this is the row with the maximum points of each column."""
    return "Points Possible" in sheet.cell(row, 0)


def read_students(sheet: Sheet) -> list[Student]:
    """The rows of students: not the points, not the row of `Manual Posting`, not empty ones."""
    columns = {
        name: index
        for name in ("SIS Login ID", "SIS User ID", "ID")
        if (index := sheet.find(name)) is not None
    }
    students = []
    for row in range(len(sheet.rows)):
        if is_possible(sheet, row):
            continue
        heading, first, last = person_name(sheet, row)
        label = f"{last}, {first}" if first else last
        names = {name: [sheet.cell(row, index)] for name, index in columns.items()}
        names[heading] = [label, f"{first} {last}"]
        if any(any(values) for values in names.values()) and label.strip(", "):
            students.append(student(row, label, names))
    return students


def person_name(sheet: Sheet, row: int) -> tuple[str, str, str]:
    """The heading of the name, and first and last name; Canvas writes `Lovelace, Ada`."""
    whole = sheet.find("Student")
    if whole is not None:
        last, _, first = sheet.cell(row, whole).partition(",")
        return "Student", first.strip(), last.strip()
    first = sheet.cell(row, sheet.find("FirstName"))
    return "LastName", first, sheet.cell(row, sheet.find("LastName"))
