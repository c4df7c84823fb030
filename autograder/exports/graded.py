"""Reading what `autograder grade` wrote, and how its names are compared and shown."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from autograder.report.results import STATUSES, UNSCORED, Result
from course.errors import CourseError


def read_results(folder: Path) -> list[Result]:
    """The results in `folder`/results, ordered by student. Raises CourseError."""
    paths = sorted((folder / "results").glob("*.json"))
    if not paths:
        raise CourseError(
            f"{folder} holds no results/*.json: name the folder that `autograder grade --out` wrote"
        )
    results = [read_result(path) for path in paths]
    assignments = sorted({result.assignment for result in results})
    if len(assignments) > 1:
        raise CourseError(
            f"{folder} mixes results of {', '.join(assignments)}: grade each into its own --out"
        )
    return results


def read_result(path: Path) -> Result:
    """One result. Raises CourseError when the file is damaged or is no result."""
    try:
        result = Result.from_json(path.read_text(encoding="utf-8"))
        scores = [result.max_score, *(check.points for check in result.checks)]
        sound = (
            Path(result.student).name == result.student  # it becomes the name of a folder
            and result.student not in ("", "..")
            and {result.status, *(check.status for check in result.checks)} <= set(STATUSES)
            and all(map(math.isfinite, scores))
            and (math.isfinite(result.score) if is_scored(result) else True)  # type: ignore[arg-type]
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise CourseError(f"{path} is no result of `autograder grade`: remove it or grade again")
    return result


def is_scored(result: Result) -> bool:
    """Whether the judge stands by a score: not for FORMAT, REVIEW and INFRA."""
    return result.score is not None and result.status not in UNSCORED


def comparable(name: str) -> str:
    """A name in the form in which two are compared: case, spacing and composition do not count."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def listed(names: Sequence[str], most: int | None = None) -> str:
    """Names for the terminal, with nothing in them that it would act on."""
    shown = ["".join(c if c.isprintable() else "?" for c in name) for name in names[:most]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
