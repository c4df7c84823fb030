"""Entering grades in a teacher's sheet, and the report on each student."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.exports.matching import Student, match
from autograder.exports.sheet import Sheet, value_of
from autograder.report.results import Result, is_scored, number
from autograder.report.roster.people import Roster, listed
from course.errors import CourseError


@dataclass
class Report:
    """The students by outcome; every list is for the teacher to read."""

    filled: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unscored: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    ungraded: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """One line for each outcome that occurred."""
        told = (
            ("replaced another grade", self.replaced, 20),
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
    """The points to enter where the sheet gives `maximum`. Raises CourseError as `scaled` does."""
    return scaled(result, maximum, policy, str(sheet.path))


def scaled(result: Result, maximum: float | None, policy: str | None, where: str) -> float:
    """The points to enter where `where` gives `maximum`.

    Raises CourseError when that is not what the assignment gives and no `policy` (scale, keep) was
    chosen: 18 of 20 entered as 18 of 100 would go unnoticed.
    """
    assert result.score is not None
    if maximum is None or maximum == result.max_score or policy == "keep":
        return result.score
    if policy == "scale":
        return result.score * maximum / result.max_score if result.max_score else 0.0
    raise CourseError(
        f"{where} gives {number(maximum)} points, {result.assignment} "
        f"{number(result.max_score)}: --points scale converts, --points keep enters them unchanged"
    )


def column_called(sheet: Sheet, name: str | None, pattern: re.Pattern[str]) -> int:
    """The column of an assignment, by its heading, or by the number or title that `pattern` finds.

    Raises CourseError that names the existing ones.
    """
    columns = {
        index: parts
        for index, heading in enumerate(sheet.header)
        if (parts := pattern.fullmatch(heading.strip()))
    }
    known = listed([repr(parts["title"]) for parts in columns.values()], 12) or "no assignment"
    if not name:
        raise CourseError(f"name the column with --assignment; {sheet.path} has {known}")
    wanted = name.strip()
    for ways in (lambda parts: {parts[0], parts["id"]}, lambda parts: {parts["title"]}):
        fits = [index for index, parts in columns.items() if wanted in ways(parts)]
        if len(fits) == 1:
            return fits[0]
        if fits:
            several = listed([repr(sheet.header[index]) for index in fits])
            raise CourseError(f"{wanted!r} fits several columns of {sheet.path}: {several}")
    raise CourseError(f"no assignment {wanted!r} in {sheet.path}; it has {known}")


def fill_column(
    sheet: Sheet,
    column: int,
    students: Sequence[Student],
    results: Sequence[Result],
    *,
    maximum: float | None,
    roster: Roster,
    only: str | None,
    points: str | None,
) -> Report:
    """Enter the scores in one column. Raises CourseError as `match` and `points_for` do."""
    found = match(students, results, roster, only)
    report = first_report(students, results, found)
    for result in results:
        each = found.get(result.student)
        if each is not None and is_scored(result):
            enter(sheet, column, each, points_for(result, maximum, points, sheet), report)
    return report


def enter(sheet: Sheet, column: int, each: Student, score: float, report: Report) -> None:
    """Put a grade in its cell and note what it replaced."""
    before = sheet.cell(each.row, column)
    after = sheet.as_number(score)
    sheet.put(each.row, column, after)
    report.filled.append(each.label)
    if before not in ("", "-") and value_of(before) != value_of(after):
        report.replaced.append(f"{each.label} ({before} -> {after})")
