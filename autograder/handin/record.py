"""The table of a collection: each file that was taken, each that was not, and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from autograder.files import write_atomically
from autograder.report.results import guarded
from course.errors import CourseError

TAKEN, NOT_TAKEN, NO_HANDIN = "taken", "not taken", "no hand-in"


@dataclass(frozen=True)
class Row:
    """One file, or one person without any: whose it is, what became of it, and why."""

    outcome: str
    student: str
    name: str
    file: str
    handed_in: str = ""
    late: str = ""
    why: str = ""


def read_table(path: Path) -> list[Row]:
    """The rows of a table that `write_table` wrote. Raises CourseError."""
    names = [field.name for field in fields(Row)]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return [Row(*(row[name].removeprefix("'") for name in names)) for row in rows]
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}") from None
    except (KeyError, AttributeError, ValueError, csv.Error):
        raise CourseError(f"{path} is no table that `autograder collect` wrote") from None


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Write the table as CSV, those who need a look first. Raises CourseError."""
    order = (NOT_TAKEN, TAKEN, NO_HANDIN)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([field.name for field in fields(Row)])
    for row in sorted(rows, key=lambda row: (order.index(row.outcome), row.student, row.file)):
        writer.writerow([guarded(text.replace("\n", " ")) for text in asdict(row).values()])
    try:
        write_atomically(path, table.getvalue())
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}") from None
