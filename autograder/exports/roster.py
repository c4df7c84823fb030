"""The roster: each student's name and address in other systems."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.exports.graded import comparable, listed
from autograder.exports.sheet import Sheet
from course.errors import CourseError


@dataclass(frozen=True)
class Person:
    """A line of the roster; missing fields are empty."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


def read_roster(path: Path) -> dict[str, Person]:
    """People by `comparable` student id, from the CSV that `nbgrader db student import` reads.

    Columns: id, and any of first_name, last_name, email, lms_user_id. Raises CourseError.
    """
    sheet = Sheet.read(path, "id")
    columns = [sheet.find(name) for name in Person.__dataclass_fields__]
    people: dict[str, Person] = {}
    for row in range(len(sheet.rows)):
        name = comparable(sheet.cell(row, sheet.find("id")))
        if name in people:
            raise CourseError(f"{path} has two lines for {listed([name])}")
        if name:
            people[name] = Person(*(sheet.cell(row, column) for column in columns))
    return people
