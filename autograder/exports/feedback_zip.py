"""The feedback pages of a class in one archive, for a learning system's upload of feedback files.

Each system finds the student by the name of a file or folder. Moodle wants a folder
`name_number_assignsubmission_file`, as in mod/assign/feedback/file/importziplib.php; the numbers
come from the grading worksheet. The others want the names of their own download, which stand in
the table that `autograder collect` wrote. Brightspace: "Add Feedback Files". Sakai: "Upload All",
which reads the folders `Feedback Attachment(s)`. Canvas: "Re-upload submissions", which attaches a
file under the name of the hand-in (`generate_comments_from_files`), so it must be of that kind.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autograder.exports.filling import Report, first_report
from autograder.exports.markup import result_as_html
from autograder.exports.matching import match
from autograder.exports.moodle import read_students
from autograder.exports.sheet import Sheet
from autograder.handin.record import TAKEN, read_table
from autograder.report import feedback
from autograder.report.results import Result
from autograder.report.roster.people import Roster
from course.errors import CourseError

OF_A_DOWNLOAD = ("canvas-feedback", "brightspace-feedback", "sakai-feedback")
FLAT = re.compile(r"(?P<head>(?:.*/)?\d+-\d+ - .+? - [^/]*?\d{4}[^/]*?) - [^/]+")  # Brightspace's
ATTACHED = re.compile(r"(?P<person>.*?/)submission attachment\(s\)/.*", re.IGNORECASE)


def moodle_zip(
    sheet: Sheet,
    results: Sequence[Result],
    *,
    named: Mapping[str, str],
    roster: Roster,
    only: str | None,
) -> tuple[bytes, Report]:
    """Moodle's archive, and the report on each student. Raises CourseError as `match` does."""
    columns = {kind: sheet.find(heading) for kind, heading in named.items()}
    students = read_students(sheet, columns, named)
    found = match(students, results, roster, only)
    report = first_report(students, results, found)
    pages = {}
    for result in results:
        if (each := found.get(result.student)) is None:
            continue
        number = re.search(r"\d+$", sheet.cell(each.row, columns["identifier"]))
        if number is None:
            raise CourseError(f"{sheet.path}: the row of {each.label} has no number of a student")
        name = re.sub(r"[_/\\]", " ", each.label)
        folder = f"{name}_{number[0]}_assignsubmission_file"
        pages[f"{folder}/{page_name(result)}"] = page(result)
        report.filled.append(each.label)
    return packed(pages.items()), report


def zip_of_download(kind: str, table: Path, results: Sequence[Result]) -> tuple[bytes, Report]:
    """The archive for the system whose download `autograder collect` wrote `table` for.

    A group handed in one file, and gets one page. Raises CourseError where none fits the system.
    """
    files = {row.student: row.file for row in read_table(table) if row.outcome == TAKEN}
    report = Report(unmatched=[each.student for each in results if each.student not in files])
    pages: dict[str, bytes] = {}
    for result in results:
        if (file := files.get(result.student)) is None:
            continue
        place, content = placed(kind, file, result)
        if not content:
            report.kept.append(f"{result.student} ({place})")
            continue
        pages.setdefault(place, content)
        report.filled.append(result.student)
    if not pages:
        raise CourseError(
            f"{table} names no file as {kind.partition('-')[0]} names them: was the download its?"
        )
    return packed(pages.items()), report


def placed(kind: str, file: str, result: Result) -> tuple[str, bytes]:
    """Where the page for the hand-in `file` goes, and its bytes; or why there is none, and b""."""
    if kind == "canvas-feedback":
        name = file.rpartition("/")[2]
        if not re.search(r"_\d+_", name):
            return "not a name of Canvas'", b""
        return name, of_kind(name, result)
    if kind == "sakai-feedback":
        match = ATTACHED.fullmatch(file)
        place = f"{match['person']}Feedback Attachment(s)/" if match else ""
    elif match := FLAT.fullmatch(file):
        place = f"{match['head']} - "
    else:
        folder = re.match(r"(?:.*/)?\d+-\d+ - [^/]+/", file)
        place = folder[0] if folder else ""
    if not place:
        return f"not a name of {kind.partition('-')[0].capitalize()}'s", b""
    return place + page_name(result), page(result)


def of_kind(name: str, result: Result) -> bytes:
    """The feedback as a file of the hand-in's own kind; nothing for a script."""
    if name.lower().endswith(".zip"):
        return packed([(page_name(result), page(result))])
    if name.lower().endswith(".py"):
        return b""
    cell = {"cell_type": "markdown", "metadata": {}, "source": result_as_html(result)}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(notebook).encode()


def page_name(result: Result) -> str:
    """What a student's page is called."""
    return f"{result.assignment}-feedback.html"


def page(result: Result) -> bytes:
    """A student's page."""
    return feedback.page(result).encode("utf-8", errors="backslashreplace")


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """An archive of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
