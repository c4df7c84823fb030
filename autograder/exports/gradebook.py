"""Points that were given by hand in nbgrader's formgrader, read from its `gradebook.db`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from autograder import catalog
from autograder.report.by_hand import Given, Marks
from autograder.report.results import Result
from autograder.report.roster.people import comparable
from course.errors import CourseError


def marks_in(path: Path, results: Sequence[Result]) -> Marks:
    """The points of every written answer in a gradebook; what still needs a person is left open.

    Raises CourseError where there is no such file, or no such assignment in it.
    """
    if not path.is_file():
        raise CourseError(f"{path} is no file: name nbgrader's gradebook.db")
    found: dict[tuple[str, str], Given] = {}
    with Gradebook(f"sqlite:///{path.absolute()}") as book:
        for result in results:
            for question in catalog.assignment(result.assignment).written:
                try:
                    grade = book.find_grade(
                        question.id, result.assignment, result.assignment, result.student
                    )
                except MissingEntry:
                    continue
                points = None if grade.needs_manual_grade else grade.score
                given = Given(result.student, question.id, points)
                found[comparable(result.student), question.id] = given
    return found
