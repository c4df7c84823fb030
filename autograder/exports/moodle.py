"""Moodle: the grading worksheet that a teacher downloaded, with grades and comments filled in.

The worksheet is never made up: Moodle passes over a row whose `Last modified (grade)` is older than
what it knows, so that column comes back untouched. Its rules are those of
mod/assign/feedback/offline in moodle/moodle.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from autograder.exports.filling import Report, enter, first_report, points_for
from autograder.exports.markup import result_as_html
from autograder.exports.matching import Student, match, participant, student
from autograder.exports.sheet import Sheet, value_of
from autograder.report.results import Result, is_scored
from autograder.report.roster.people import Roster
from course.errors import CourseError

# Headings are in the language of the site; `--columns` gives other languages' headings.
ENGLISH = {
    "identifier": "Identifier",
    "name": "Full name",
    "email": "Email address",
    "id-number": "ID number",
    "grade": "Grade",
    "maximum": "Maximum Grade",
    "changeable": "Grade can be changed",
    "modified": "Last modified (grade)",
    "feedback": "Feedback comments",
}
REQUIRED = ("identifier", "grade", "modified")
# Our earlier text is replaced; what a teacher wrote around it stays.
_OURS = re.compile(r'<div class="autograder">.*?</div>', re.DOTALL)


def headings(given: Sequence[str]) -> dict[str, str]:
    """The heading of each kind of column, from `kind=Heading` texts. Raises CourseError."""
    named = dict(ENGLISH)
    for text in given:
        kind, equals, heading = text.partition("=")
        if kind not in ENGLISH or not equals or not heading.strip():
            raise CourseError(
                f"--columns {text!r} is not KIND=HEADING with one of {', '.join(ENGLISH)}"
            )
        named[kind] = heading.strip()
    return named


def fill(
    sheet: Sheet,
    results: Sequence[Result],
    *,
    named: Mapping[str, str],
    roster: Roster,
    only: str | None = None,
    points: str | None = None,
) -> Report:
    """Enter score and comment in each student's row; `named` gives the headings by kind.

    Raises CourseError: a column is missing, students not told apart, points do not agree.
    """
    columns = {kind: sheet.find(heading) for kind, heading in named.items()}
    for kind in REQUIRED:
        if columns[kind] is None:
            raise CourseError(
                f"{sheet.path} has no column {named[kind]!r}: download the grading worksheet again,"
                f" or say what it is called with --columns {kind}=HEADING"
            )
    grade = columns["grade"]
    assert grade is not None
    students = read_students(sheet, columns, named)
    found = match(students, results, roster, only)
    report = first_report(students, results, found)
    for result in results:
        each = found.get(result.student)
        if each is None or not is_scored(result):
            continue
        if sheet.cell(each.row, columns["changeable"]) == "No":
            report.kept.append(f"{each.label} (locked)")
            continue
        maximum = value_of(sheet.cell(each.row, columns["maximum"]))
        enter(sheet, grade, each, points_for(result, maximum, points, sheet), report)
        if columns["feedback"] is not None:
            before = _OURS.sub("", sheet.cell(each.row, columns["feedback"]))
            ours = f'<div class="autograder">{result_as_html(result)}</div>'
            # Ours comes first: a cell that starts with < is no formula.
            sheet.put(each.row, columns["feedback"], ours + before)
    return report


def read_students(
    sheet: Sheet, columns: Mapping[str, int | None], named: Mapping[str, str]
) -> list[Student]:
    """The rows of students, each known by its number, email, ID number and full name."""
    students = []
    for row, cells in enumerate(sheet.rows):
        identifier = sheet.cell(row, columns["identifier"])
        if not any(cells):
            continue
        number = re.search(r"\d+$", identifier)
        names = {
            named[kind]: [sheet.cell(row, columns[kind])]
            for kind in ("email", "id-number", "name")
            if columns[kind] is not None
        }
        names[named["identifier"]] = [identifier, participant(number[0]) if number else ""]
        students.append(student(row, sheet.cell(row, columns["name"]) or identifier, names))
    return students
