"""Finding each student's row in a teacher's sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.report.results import Result
from autograder.report.roster.people import Person, Roster, comparable, listed
from course.errors import CourseError

# The folder of one student in the archive that Moodle makes of all submissions.
_MOODLE_FOLDER = re.compile(r".*_(\d+)_assignsubmission_\w+")


# The folder of one student as `autograder collect` names it after Brightspace's.
_BRIGHTSPACE_FOLDER = re.compile(r"\d+ - (.+)")


@dataclass(frozen=True)
class Student:
    """A row of the sheet: what to call it, and its names by column, `comparable`."""

    row: int
    label: str
    names: Mapping[str, frozenset[str]]


def student(row: int, label: str, names: Mapping[str, Iterable[str]]) -> Student:
    """A row with its names made comparable and the empty ones left out."""
    return Student(
        row,
        label,
        {
            column: frozenset(filter(None, map(comparable, values)))
            for column, values in names.items()
        },
    )


def match(
    students: Sequence[Student],
    results: Sequence[Result],
    roster: Roster,
    only: str | None = None,
) -> dict[str, Student]:
    """The row of each student; students without a row are left out.

    A name may be found in any column, or in `only`. Raises CourseError where one name fits several
    rows or several results fit one row, and where nobody fits.
    """
    columns = list(dict.fromkeys(column for each in students for column in each.names))
    if only is not None and only not in columns:
        raise CourseError(f"students are not matched by {only!r}, but by: {', '.join(columns)}")
    holders: dict[str, dict[int, Student]] = {}
    for each in students:
        for column, names in each.names.items():
            for name in names if only in (None, column) else ():
                holders.setdefault(name, {})[each.row] = each
    found: dict[str, Student] = {}
    taken: dict[int, str] = {}
    for result in results:
        person = roster.get(result.student) or Person()
        rows: dict[int, Student] = {}
        for name in identifiers(result.student, person):
            rows |= holders.get(name, {})
        # Students share names more often than addresses: names count where nothing else is known.
        named = _BRIGHTSPACE_FOLDER.fullmatch(result.student)
        for name in (person.full_name, named[1] if named else ""):
            rows = rows or holders.get(comparable(name), {})
        if len(rows) > 1:
            fits = listed([f"{each.label} (row {each.row + 2})" for each in rows.values()], 4)
            raise CourseError(
                f"{listed([result.student])} fits several rows: {fits}; "
                f"choose a column with --match: {', '.join(columns)}"
            )
        for row, holder in rows.items():
            if row in taken:
                both = listed([taken[row], result.student])
                raise CourseError(f"{both} are one row of the sheet: {listed([holder.label])}")
            taken[row] = result.student
            found[result.student] = holder
    if not found:
        raise CourseError(
            f"none of {len(results)} students is in the sheet, for example "
            f"{listed([results[0].student])}: the names of the submissions' folders are looked for "
            f"in {', '.join(columns)}; --roster says who they are"
        )
    return found


def identifiers(name: str, person: Person) -> set[str]:
    """The names to search for a student by: the folder, Moodle's number in it, the roster."""
    folder = _MOODLE_FOLDER.fullmatch(name)
    number = participant(folder[1]) if folder else ""
    return {comparable(name), comparable(number), *person.identifiers} - {""}


def participant(digits: str) -> str:
    """The name of a Moodle participant by number, in any language."""
    return f"participant number {digits}"
