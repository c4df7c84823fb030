"""`autograder marks`: one table of the whole term, with raw points, penalties, and the total.

Everybody of the roster has a line. Who has no score has empty cells, which count as nothing in the
total; what is printed beside the table names them.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder import catalog
from autograder.files import write_atomically
from autograder.report.by_hand import FILE, POLICIES, Marks, joined, read_marks
from autograder.report.marks.penalties import Mark, marks_of
from autograder.report.marks.terms import Rules, Term, read_term
from autograder.report.results import Result, guarded, number, read_results
from autograder.report.roster.people import Person, comparable, listed
from course.cli import Later
from course.errors import CourseError

marks_in = Later("autograder.exports.gradebook:marks_in")  # needs nbgrader
HEAD = ["student", "name", "section", "group"]


@dataclass(frozen=True)
class Column:
    """The marks of one assignment, by student, and the points that it gives."""

    rules: Rules
    marks: Mapping[str, Mark]
    maximum: float

    @cached_property
    def folded(self) -> Mapping[str, Mark]:
        """The marks by the student's name as it is compared."""
        return {comparable(student): mark for student, mark in self.marks.items()}


def marks_command(args: argparse.Namespace) -> int:
    """Write the table. Exit 0 when everybody has every mark, 1 when some are missing."""
    if args.open not in (None, *POLICIES):
        raise CourseError(f"--open is one of {', '.join(POLICIES)}, not {args.open!r}")
    term = read_term(args.term)
    columns = [column_of(rules, term, args.open) for rules in term.assignments.values()]
    if not columns:
        raise CourseError(f"{args.term} names no assignment: write [assignments.a3-fgsm]")
    out: Path = args.out or args.term.with_name("marks.csv")
    students = everybody(term, columns)
    try:
        write_atomically(out, table(students, columns, term))
    except OSError as error:
        raise CourseError(f"{out} cannot be written: {error.strerror}") from None
    missing = remarks(students, columns, term)
    for line in missing:
        print(line, file=sys.stderr)
    print(f"{len(students)} students, {len(columns)} assignments: {out}")
    return 1 if missing else 0


def column_of(rules: Rules, term: Term, open_points: str | None) -> Column:
    """The marks of one assignment, over its attempts. Raises CourseError."""
    attempts = [graded(folder, rules.assignment, term, open_points) for folder in rules.grades]
    marks = marks_of(attempts, term, rules)
    worth = sum(catalog.points(rules.assignment).values())
    worth += catalog.assignment(rules.assignment).by_hand
    return Column(rules, marks, worth)


def graded(folder: Path, assignment: str, term: Term, open_points: str | None) -> list[Result]:
    """The results in a folder, with the points that a person gave. Raises CourseError."""
    results = read_results(folder)
    if other := next((each for each in results if each.assignment != assignment), None):
        raise CourseError(f"{folder} holds grades of {other.assignment}, not of {assignment}")
    marks: Marks = marks_in(term.gradebook, results) if term.gradebook else {}
    path = folder / FILE
    if path.is_file():
        given = {key: each for key, each in read_marks(path).items() if each.points is not None}
        marks = {**marks, **given}
    return joined(results, marks, open_points)


def everybody(term: Term, columns: Sequence[Column]) -> list[Person]:
    """The roster, and after it those whom it does not know."""
    people = list(term.roster.people)
    known = {person.id for person in people}
    for name in dict.fromkeys(name for column in columns for name in column.marks):
        person = term.roster.get(name)
        if person is None and name not in known:
            people.append(Person(id=name))
            known.add(name)
    return people


def mark_for(person: Person, column: Column) -> Mark | None:
    """The mark of a person, whose folder may bear another of their names."""
    if person.id in column.marks:
        return column.marks[person.id]
    folded = column.folded
    return next((folded[each] for each in person.identifiers if each in folded), None)


def table(students: Sequence[Person], columns: Sequence[Column], term: Term) -> str:
    """The CSV: four columns for each assignment, and the total in percent."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    heads = [
        f"{column.rules.assignment} {what}"
        for column in columns
        for what in ("raw", "days late", "penalty", f"final of {number(column.maximum)}")
    ]
    writer.writerow([*HEAD, *heads, "total percent"])
    for person in students:
        marks = [mark_for(person, column) for column in columns]
        cells = [cell for mark in marks for cell in cells_of(mark)]
        about = (person.id, person.full_name, person.section, person.group)
        total = total_of(marks, columns, term.drop)
        writer.writerow([*map(guarded, about), *cells, number(total)])
    return text.getvalue()


def cells_of(mark: Mark | None) -> list[str]:
    """Raw points, days, penalty and final points; empty where there is no score."""
    if mark is None or mark.final is None or mark.raw is None:
        return [""] * 4
    late = str(mark.late) if mark.handed_in and mark.deadline else ""
    return [number(mark.raw), late, number(mark.penalty), number(mark.final)]


def total_of(marks: Sequence[Mark | None], columns: Sequence[Column], drop: int) -> float:
    """The weighted percentage, without the `drop` lowest."""
    shares = [
        ((mark.final or 0.0) / column.maximum if mark else 0.0, column.rules.weight)
        for mark, column in zip(marks, columns, strict=True)
    ]
    kept = sorted(shares, reverse=True)[: max(1, len(shares) - drop)]
    weights = sum(weight for _, weight in kept)
    return (
        round(100 * sum(share * weight for share, weight in kept) / weights, 2) if weights else 0.0
    )


def remarks(students: Sequence[Person], columns: Sequence[Column], term: Term) -> list[str]:
    """Who has no mark, whose time is unknown, and whom the roster does not know."""
    lines = []
    for column in columns:
        name = column.rules.assignment
        absent = [person.id for person in students if mark_for(person, column) is None]
        unscored = [s for s, mark in column.marks.items() if mark.final is None]
        untimed = [
            s for s, mark in column.marks.items() if mark.deadline and mark.handed_in is None
        ]
        for what, who in (
            ("nothing handed in, counts as 0", absent),
            ("no score yet, counts as 0", unscored),
            ("no timestamp.txt, taken as in time", untimed),
        ):
            if who:
                lines.append(f"{name}: {what} ({len(who)}): {listed(who, 10)}")
    known = {person.id for person in term.roster.people}
    unknown = [person.id for person in students if person.id not in known]
    if term.roster and unknown:
        lines.append(f"not in the roster ({len(unknown)}): {listed(unknown, 10)}")
    return lines
