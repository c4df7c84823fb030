"""The results of a class to export, of one assignment."""

from __future__ import annotations

from pathlib import Path

from autograder.report.results import Result, read_results
from course.errors import CourseError


def read_class(folder: Path) -> list[Result]:
    """The results in a folder, all of one assignment, ordered by student. Raises CourseError."""
    results = read_results(folder)
    assignments = sorted({result.assignment for result in results})
    if len(assignments) > 1:
        raise CourseError(
            f"{folder} mixes results of {', '.join(assignments)}: grade each into its own --out"
        )
    return results
