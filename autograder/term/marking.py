"""`autograder marking`: a file for the points of answers in words, kept when grading again.

`by-hand.csv` lies beside the results, with a line for each student and written answer, the answer
beside it. Lines that are there stay as they are; new ones are added as students hand in. An answer
that is still as it was released gets 0, as in nbgrader. With `--finish OUT` the points that are
given go into results, pages and tables of their own.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from autograder import catalog
from autograder.errors import Malformed
from autograder.files import write_atomically
from autograder.handin import archives, submission
from autograder.report.by_hand import COLUMNS, FILE, WHOLE, read_marks
from autograder.report.results import Result, guarded, number, read_results
from autograder.report.roster.people import comparable
from autograder.report.roster.reading import table
from course.cli import Later
from course.errors import CourseError

finish = Later("autograder.term.finishing:finish")  # needs PyTorch, for the version of the grader

UNTOUCHED = "YOUR ANSWER HERE"
LONGEST_ANSWER = 20_000  # characters in one cell of a spreadsheet, which takes 32,767


def marking_command(args: argparse.Namespace) -> int:
    """Write or complete the marking file. Exit 0 when no points are open, 1 when some are."""
    if args.finish:
        done = finish(args.folder, args.finish, args.secret, args.open)
        print(f"{done} results with the points by hand: {args.finish}")
        return 0
    results = read_results(args.folder)
    path: Path = args.folder / FILE
    lines = list(existing(path))
    known = {(comparable(line["student"]), line["question"]) for line in lines}
    new = 0
    for result in results:
        for line in wanted(result, args.submissions):
            if (comparable(line["student"]), line["question"]) not in known:
                lines.append(line)
                new += 1
    if not lines:
        raise CourseError(
            f"{results[0].assignment} has no answers in words. To override points, write {path} "
            f"with the columns {','.join(COLUMNS)}; a question is the name of a check, or {WHOLE}"
        )
    write_lines(path, lines)
    marks = read_marks(path)
    left = sum(given.points is None for given in marks.values())
    print(f"{path}: {len(lines)} lines, {new} new, {left} without points")
    return 1 if left else 0


def existing(path: Path) -> Iterator[dict[str, str]]:
    """The lines of a marking file that is there, as they were written."""
    if path.is_file():
        read_marks(path)  # a mistake in it is reported before anything is written
        for row in table(path):
            line = {name: row.cells.get(name, "") for name in COLUMNS}
            yield line | {"student": line["student"].removeprefix("'")}


def wanted(result: Result, submissions: Path | None) -> Iterator[dict[str, str]]:
    """A line for each written answer of a student."""
    if not result.by_hand:
        return
    answers = answers_of(result, submissions) if submissions else {}
    for question in catalog.assignment(result.assignment).written:
        answer = answers.get(question.id, "")
        untouched = UNTOUCHED in answer
        yield {
            "student": result.student,
            "question": question.id,
            "points": "0" if untouched else "",
            "max_points": number(question.points),
            "comment": "not answered" if untouched else "",
            "by": "autograder" if untouched else "",
            "answer": answer[:LONGEST_ANSWER],
        }


def answers_of(result: Result, submissions: Path) -> dict[str, str]:
    """The text of each marked cell that a student handed in; nothing where it cannot be read."""
    try:
        path = submission.find(submissions / result.student, result.assignment)
        name, content = path.name, submission.bytes_of(path)
        if path.suffix.lower() == ".zip":
            most = submission.MAX_BYTES
            name, content = archives.notebook_in(path.name, content, result.assignment, most)
        if not name.endswith(".ipynb"):
            return {}
        cells = submission.notebook_cells(path, submission.notebook(path, content))
        return {cell.id: cell.text for cell in cells if cell.id}
    except (Malformed, OSError):
        return {}


def write_lines(path: Path, lines: list[dict[str, str]]) -> None:
    """Write the marking file, in an encoding that spreadsheets recognise."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for line in lines:
        writer.writerow(line | {name: guarded(line[name]) for name in ("student", "answer")})
    try:
        write_atomically(path, "\ufeff" + text.getvalue())
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}") from None
