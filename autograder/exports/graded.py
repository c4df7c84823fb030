"""The results of a class to export, and how names are compared and shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
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


def comparable(name: str) -> str:
    """A name for comparison: case, spacing and Unicode composition do not matter."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def listed(names: Sequence[str], most: int | None = None) -> str:
    """Names for the terminal, without control characters."""
    shown = ["".join(c if c.isprintable() else "?" for c in name) for name in names[:most]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
