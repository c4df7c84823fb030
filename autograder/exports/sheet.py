"""A teacher's own CSV sheet: read, and written back in the same CSV dialect.

Cells that are not filled come back as they were, for the system that wrote them reads them again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.report.results import number
from autograder.report.roster.people import listed
from autograder.report.roster.reading import decoded
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
    encoding: str  # utf-8, or the utf-16 of Blackboard, which has its own mark
    decimal_sign: str

    @classmethod
    def read(cls, path: Path, needed: str, *, utf_16: bool = False) -> Sheet:
        """Read a sheet whose header holds `needed`; comma, semicolon or tab is detected.

        Raises CourseError: no file, not UTF-8, not CSV, no such column, or cells out of line.
        """
        text = decoded(path, utf_16=utf_16)
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
        start = path.read_bytes()[:3]
        mark = "\ufeff" if start == b"\xef\xbb\xbf" else ""
        encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
        decimal = _decimal_sign(rows)
        return cls(path, rows[0], rows[1:], delimiter, line_end, mark, encoding, decimal)

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
    """The decimal sign of most numbers in the sheet."""
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
