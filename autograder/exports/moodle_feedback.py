"""Moodle: the feedback pages of a class in one archive, for its bulk upload of feedback files.

Moodle finds the student by the name of the folder, `name_number_assignsubmission_file`, as it is in
mod/assign/feedback/file/importziplib.php. The numbers come from the grading worksheet.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.exports.filling import Report, first_report
from autograder.exports.matching import match
from autograder.exports.moodle import read_students
from autograder.exports.sheet import Sheet
from autograder.files import file_name
from autograder.report.results import Result
from autograder.report.roster.people import Roster
from course.errors import CourseError


def feedback_zip(
    folder: Path,
    sheet: Sheet,
    results: Sequence[Result],
    *,
    named: Mapping[str, str],
    roster: Roster,
    only: str | None,
) -> tuple[bytes, Report]:
    """The archive, and the report on each student. `folder` is what `autograder grade` wrote.

    Raises CourseError: students not told apart, or a feedback page is missing.
    """
    columns = {kind: sheet.find(heading) for kind, heading in named.items()}
    students = read_students(sheet, columns, named)
    found = match(students, results, roster, only)
    report = first_report(students, results, found)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for result in results:
            if (each := found.get(result.student)) is None:
                continue
            number = re.search(r"\d+$", sheet.cell(each.row, columns["identifier"]))
            page = folder / "feedback" / f"{file_name(result.student)}.html"
            if number is None or not page.is_file():
                raise CourseError(f"{page} is missing: grade again with --resume")
            name = re.sub(r"[_/\\]", " ", each.label)
            place = f"{name}_{number[0]}_assignsubmission_file/{result.assignment}-feedback.html"
            archive.writestr(zipfile.ZipInfo(place), page.read_bytes(), zipfile.ZIP_DEFLATED)
            report.filled.append(each.label)
    return packed.getvalue(), report
