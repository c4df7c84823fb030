"""The result of grading a student, and the files that hold the results of a class.

A result goes to `results/<student>.json`, all of them to `grades.csv`. FORMAT and INFRA have no
score: the first must be handed in again, the second judged again.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from course.errors import CourseError

# From the gravest to the lightest: a result has the gravest status among its checks.
STATUSES = ("INFRA", "FORMAT", "REVIEW", "LIMIT", "TIMEOUT", "CRASH", "WRONG", "SKIP", "OK")
UNSCORED = ("INFRA", "FORMAT", "REVIEW")


@dataclass
class CheckResult:
    """The outcome of one check. `points` of `max_points`; texts are for the student to read."""

    name: str
    title: str
    status: str
    points: float
    max_points: float
    expected: str = ""
    got: str = ""
    cause: str = ""
    hint: str = ""
    lecture: str = ""
    seconds: float = 0.0
    measures: dict[str, float] = field(default_factory=dict)
    sketch: str = (
        ""  # of the weights that came back (autograder/judge/sketch.py), for the instructor
    )


GOOD_PRACTICE = "Good practice, no points:"  # so the titles of such checks begin


def where_to_start(checks: Sequence[CheckResult]) -> CheckResult | None:
    """The first check that is to be mended, if any; good practice comes after what costs points."""
    not_passed = [check for check in checks if check.status not in ("OK", "SKIP")]
    return min(not_passed, key=lambda check: check.title.startswith(GOOD_PRACTICE), default=None)


@dataclass(frozen=True)
class Picture:
    """One small picture: what it shows in words, and a PNG in base64."""

    alt: str
    png: str


@dataclass(frozen=True)
class Pictures:
    """A table of pictures: a title, the headings of its columns, and its rows."""

    title: str
    columns: list[str]
    rows: list[list[Picture]]


@dataclass
class Result:
    """The outcome of one submission."""

    student: str
    assignment: str
    profile: str
    status: str
    score: float | None
    max_score: float
    sandbox: str
    seconds: float
    checks: list[CheckResult]
    notes: list[str] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)
    signature: str = ""
    pictures: Pictures | None = None
    by_hand: float = 0.0  # points that a person gives, in neither score nor max_score

    @property
    def shown_notes(self) -> list[str]:
        """The notes that a student may read; only the instructor reads how the grader failed."""
        if self.status == "INFRA":
            return []
        more = f"{number(self.by_hand)} more points are for what you wrote; a person gives them."
        return [*self.notes, more] if self.by_hand else self.notes

    def to_json(self) -> str:
        """The result as JSON text."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Result:
        """The result written by `to_json`."""
        content = json.loads(text)
        content["checks"] = [CheckResult(**check) for check in content["checks"]]
        if (shown := content.get("pictures")) is not None:
            rows = [[Picture(**cell) for cell in row] for row in shown["rows"]]
            content["pictures"] = Pictures(shown["title"], shown["columns"], rows)
        return cls(**content)


def status_of(checks: Sequence[CheckResult]) -> str:
    """The status of a whole result: OK where all points are earned, whatever good practice says."""
    status = gravest([check.status for check in checks])
    marked = [check for check in checks if check.max_points]
    full = bool(marked) and all(check.points >= check.max_points for check in marked)
    return "OK" if full and status not in UNSCORED else status


def gravest(statuses: Sequence[str]) -> str:
    """The status of a whole result from those of its checks.

    A check that was skipped, or whose answer could not be read, counts as WRONG: only a submission
    that cannot be read as a whole is to be handed in again without a score.
    """
    status = min(statuses, key=STATUSES.index, default="OK")
    return "WRONG" if status in ("SKIP", "FORMAT") else status


def grades_csv(results: Sequence[Result]) -> str:
    """`student,assignment,profile,status,score,max_score` and a column of points per check."""
    names = list(dict.fromkeys(check.name for result in results for check in result.checks))
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["student", "assignment", "profile", "status", "score", "max_score", *names])
    for result in results:
        scores = {check.name: number(check.points) for check in result.checks}
        writer.writerow(
            [
                guarded(result.student),
                result.assignment,
                result.profile,
                result.status,
                "" if result.score is None else number(result.score),
                number(result.max_score),
                *(scores.get(name, "") for name in names),
            ]
        )
    return table.getvalue()


def number(value: float) -> str:
    """At most two decimals, without zeros at the end."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def guarded(cell: str) -> str:
    """The text as a cell that no spreadsheet reads as a formula, on one line."""
    cell = cell.replace("\r", " ")
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t")) else cell


def is_scored(result: Result) -> bool:
    """Whether the result has a score that counts: not for FORMAT, REVIEW and INFRA."""
    return result.score is not None and result.status not in UNSCORED


def read_results(folder: Path) -> list[Result]:
    """The results that `autograder grade --out folder` wrote, ordered by student.

    Raises CourseError when there is none, or one is damaged.
    """
    paths = sorted((folder / "results").glob("*.json"))
    if not paths:
        raise CourseError(
            f"{folder} holds no results/*.json: name the folder that `autograder grade --out` wrote"
        )
    return [read_result(path) for path in paths]


def read_class(folder: Path) -> list[Result]:
    """The results in a folder, all of one assignment, ordered by student. Raises CourseError."""
    results = read_results(folder)
    assignments = sorted({result.assignment for result in results})
    if len(assignments) > 1:
        raise CourseError(
            f"{folder} mixes results of {', '.join(assignments)}: grade each into its own --out"
        )
    return results


def read_result(path: Path) -> Result:
    """One result. Raises CourseError when the file cannot be read, is damaged or is no result."""
    try:
        result = Result.from_json(path.read_text(encoding="utf-8"))
        sound = is_sound(result)
    except OSError as error:
        raise CourseError(
            f"{path} cannot be read ({error.strerror}): name a result that `autograder grade` wrote"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise CourseError(f"{path} is no result of `autograder grade`: remove it or grade again")
    return result


def is_sound(result: Result) -> bool:
    """Whether the judge could have written this: names, statuses, numbers and texts are possible.

    Raises TypeError where something else stands in place of a number or a list.
    """
    texts = [result.assignment, result.profile, result.sandbox, result.signature, *result.notes]
    numbers = [result.max_score, result.by_hand]
    for check in result.checks:
        texts += [check.name, check.title, check.expected, check.got, check.cause, check.hint]
        texts += [check.lecture, check.sketch]
        numbers += [check.points, check.max_points, *check.measures.values()]
    if is_scored(result):
        numbers.append(result.score or 0.0)
    return (
        Path(result.student).name == result.student  # it becomes the name of a folder
        and result.student not in ("", "..")
        and {result.status, *(check.status for check in result.checks)} <= set(STATUSES)
        and all(isinstance(text, str) for text in texts)
        and result.signature.isascii()
        and isinstance(result.provenance, dict)
        and all(map(math.isfinite, numbers))
    )


def rough_seconds(seconds: float) -> int:
    """The next power of two, from 1 to 4,096: an exact time could carry a hidden input out."""
    return 2 ** math.ceil(math.log2(min(max(seconds, 1.0), 4096.0)))
