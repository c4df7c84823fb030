"""A teacher's own CSV sheet: read, filled in, and written back in the dialect it came in.

Cells that are not filled come back as they were, for the system that wrote them reads them again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.exports.graded import is_scored, listed, read_text
from autograder.exports.matching import Student
from autograder.results import Result, number
from course.errors import CourseError

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass
class Sheet:
    """A header and rows of text, and how they were written."""

    path: Path
    header: list[str]
    rows: list[list[str]]
    delimiter: str
    line_end: str
    mark: str  # the byte-order mark, or nothing
    decimal_sign: str

    @classmethod
    def read(cls, path: Path, needed: str) -> Sheet:
        """Read a sheet whose header holds `needed`; comma, semicolon or tab is detected.

        Raises CourseError: no file, not UTF-8, not CSV, no such column, or cells out of line.
        """
        text = read_text(path)
        csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # essays in one cell
        line_end = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
        try:
            delimiter = max(",;\t", key=lambda mark: _fits(text, mark, needed))
            rows = _rows(text, delimiter)
        except csv.Error as error:
            raise CourseError(f"{path} cannot be read as CSV: {error}") from None
        header = [cell.strip() for cell in rows[0]] if rows else []
        if needed not in header:
            raise CourseError(
                f"{path} has no column {needed!r}; it has {listed(header, 8) or 'nothing'}"
            )
        for line, row in enumerate(rows[1:], 2):
            if len(row) > len(rows[0]):
                raise CourseError(
                    f"{path}: row {line} has {len(row)} cells under {len(rows[0])} headings: "
                    "download the sheet again"
                )
        mark = "\ufeff" if path.read_bytes().startswith(b"\xef\xbb\xbf") else ""
        return cls(path, rows[0], rows[1:], delimiter, line_end, mark, _decimal_sign(rows))

    def find(self, name: str) -> int | None:
        """The index of a column, or None. Raises CourseError when there are two of that name."""
        found = [index for index, cell in enumerate(self.header) if cell.strip() == name]
        if len(found) > 1:
            raise CourseError(f"{self.path} has {len(found)} columns {name!r}")
        return found[0] if found else None

    def cell(self, row: int, column: int | None) -> str:
        """The text of a cell; nothing where the row is short or there is no such column."""
        cells = self.rows[row]
        return cells[column].strip() if column is not None and column < len(cells) else ""

    def put(self, row: int, column: int, text: str) -> None:
        """Replace a cell."""
        cells = self.rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = text

    def as_number(self, value: float) -> str:
        """A number with the sheet's own decimal sign."""
        return number(value).replace(".", self.decimal_sign)

    def text(self) -> str:
        """The whole sheet as it is written to a file."""
        lines = (_line(row, self.delimiter) + self.line_end for row in [self.header, *self.rows])
        return self.mark + "".join(lines)


def _line(cells: Sequence[str], delimiter: str) -> str:
    """One row. Cells with either line end are quoted, for csv quotes those in its own line end."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n")


def _rows(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def _decimal_sign(rows: Iterable[Sequence[str]]) -> str:
    """The sign that most numbers in the sheet have."""
    numbers = [cell for row in rows for cell in row if _NUMBER.fullmatch(cell.strip())]
    commas, dots = (sum(sign in cell for cell in numbers) for sign in ",.")
    return "," if commas > dots else "."


def _fits(text: str, delimiter: str, needed: str) -> tuple[bool, int]:
    """How well a delimiter explains the header."""
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return False, 0
    return needed in [cell.strip() for cell in header], len(header)


def value_of(cell: str) -> float | None:
    """The number in a cell, with either decimal sign, or None."""
    return float(cell.replace(",", ".")) if _NUMBER.fullmatch(cell) else None


# --- what is filled in ----------------------------------------------------------------------------


@dataclass
class Report:
    """What became of each student; every list is for the teacher to read."""

    filled: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unscored: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    ungraded: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """One line for each kind that happened."""
        told = (
            ("replaced another grade", self.replaced, None),
            ("kept as it was", self.kept, None),
            ("no score to give, cell left as it was", self.unscored, None),
            ("graded, but not in the sheet", self.unmatched, None),
            ("in the sheet, but not graded", self.ungraded, 10),
        )
        return [
            f"{what} ({len(names)}): {listed(names, most)}" for what, names, most in told if names
        ]


def first_report(
    students: Sequence[Student], results: Sequence[Result], found: Mapping[str, Student]
) -> Report:
    """The report before anything is filled in: who has no score, no row, or no result."""
    graded = {each.row for each in found.values()}
    return Report(
        unscored=[f"{each.student} ({each.status})" for each in results if not is_scored(each)],
        unmatched=[each.student for each in results if each.student not in found],
        ungraded=[each.label for each in students if each.row not in graded],
    )


def points_for(result: Result, maximum: float | None, policy: str | None, sheet: Sheet) -> float:
    """The points to enter where the sheet gives `maximum`.

    Raises CourseError when that is not what the assignment gives and no `policy` (scale, keep) was
    chosen: 18 of 20 entered as 18 of 100 would go unnoticed.
    """
    assert result.score is not None
    if maximum is None or maximum == result.max_score or policy == "keep":
        return result.score
    if policy == "scale":
        return result.score * maximum / result.max_score if result.max_score else 0.0
    raise CourseError(
        f"{sheet.path} gives {number(maximum)} points, {result.assignment} "
        f"{number(result.max_score)}: --points scale converts, --points keep enters them unchanged"
    )


def enter(sheet: Sheet, column: int, each: Student, score: float, report: Report) -> None:
    """Put a grade in its cell and note what it replaced."""
    before = sheet.cell(each.row, column)
    after = sheet.as_number(score)
    sheet.put(each.row, column, after)
    report.filled.append(each.label)
    if before not in ("", "-") and value_of(before) != value_of(after):
        report.replaced.append(f"{each.label} ({before} -> {after})")
