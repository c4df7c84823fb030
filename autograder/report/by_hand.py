"""Points that a person gives, joined with the judge's to one mark with one maximum.

They stand in `by-hand.csv` beside the results, which grading never touches: a line for each written
answer, and one for each override, with its reason and the name of whoever decided. A line's
question is the id of a written answer, the name of a check, or `score` for the whole of the judge's
points, which also settles a REVIEW.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder import catalog
from autograder.report.results import UNSCORED, CheckResult, Result, number, status_of
from autograder.report.roster.people import comparable, listed
from autograder.report.roster.reading import table
from course.errors import CourseError

FILE = "by-hand.csv"
COLUMNS = ("student", "question", "points", "max_points", "comment", "by", "answer")
WHOLE = "score"
POLICIES = ("zero", "leave")


@dataclass(frozen=True)
class Given:
    """A line that a person filled in. points: None while the line is open."""

    student: str
    question: str
    points: float | None
    comment: str = ""
    by: str = ""


Marks = Mapping[tuple[str, str], Given]  # by comparable student, and question


def read_marks(path: Path) -> Marks:
    """The lines of a marking file. Raises CourseError for a number that is none, or two lines."""
    found: dict[tuple[str, str], Given] = {}
    for row in table(path):
        cells = {name: row.cells.get(name, "").strip() for name in COLUMNS}
        student, question = cells["student"].removeprefix("'"), cells["question"]
        where = f"{path}: line {row.line}"
        if not student or not question:
            raise CourseError(f"{where} names no student or no question")
        given = Given(
            student, question, points_in(cells["points"], where), cells["comment"], cells["by"]
        )
        if (key := (comparable(student), question)) in found:
            raise CourseError(f"{where} is a second line for {listed([student])}, {question}")
        found[key] = given
    return found


def points_in(text: str, where: str) -> float | None:
    """The number in a cell, with either decimal sign; None for an empty one. Raises CourseError."""
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise CourseError(f"{where}: {text!r} is no number of points")
    return value


def joined(results: Sequence[Result], marks: Marks, open_points: str | None = None) -> list[Result]:
    """The results with the points given by hand in score and maximum, as checks of their own.

    open_points: what to do with written answers that have no points yet: `zero`, or `leave` such
    students without a score. Raises CourseError where there are any and nothing was chosen, for
    points beyond a maximum, for an override without a reason, and for a name that fits nothing.
    """
    refuse_strangers(results, marks)
    open_ones = [result.student for result in results if open_questions(result, marks)]
    if open_ones and open_points is None:
        raise CourseError(
            f"points by hand are open for {len(open_ones)} of {len(results)} students: "
            f"{listed(open_ones, 5)}. Give them in by-hand.csv (`autograder marking`), or choose: "
            "--open leave enters no mark for these, --open zero counts 0"
        )
    return [one_mark(result, marks, open_points) for result in results]


def open_questions(result: Result, marks: Marks) -> list[str]:
    """The written answers of a scored result that nobody has given points for."""
    if result.status in UNSCORED and settled(result, marks) is None:
        return []
    return [
        question.id
        for question in written(result)
        if (given := marks.get((comparable(result.student), question.id))) is None
        or given.points is None
    ]


def written(result: Result) -> tuple[catalog.Written, ...]:
    """The written answers that are graded by hand, if this result leaves any to a person."""
    return catalog.assignment(result.assignment).written if result.by_hand else ()


def settled(result: Result, marks: Marks) -> Given | None:
    """The override of the whole score, if there is one."""
    given = marks.get((comparable(result.student), WHOLE))
    return given if given is not None and given.points is not None else None


def one_mark(result: Result, marks: Marks, open_points: str | None) -> Result:
    """One result with what was given by hand."""
    student = comparable(result.student)
    checks = [overridden(check, marks.get((student, check.name))) for check in result.checks]
    score = result.score
    if score is not None:
        score += sum(
            new.points - old.points for new, old in zip(checks, result.checks, strict=True)
        )
    status = result.status if checks == result.checks else status_of(checks)
    notes = list(result.notes)
    if (whole := settled(result, marks)) is not None:
        assert whole.points is not None
        require_reason(whole, result.max_score)
        score, status = whole.points, "OK" if whole.points >= result.max_score else "WRONG"
        notes.append(f"{number(whole.points)} points were set by {whole.by}: {whole.comment}")
    open_here = open_questions(result, marks)
    if open_here and open_points == "leave":
        score, status = None, "REVIEW"
        notes.append("A person still has to read what you wrote.")
    for question in written(result):
        given = marks.get((student, question.id))
        checks.append(as_check(question, given))
        if score is not None:
            score += checks[-1].points
    maximum = result.max_score + sum(question.points for question in written(result))
    return replace(
        result,
        checks=checks,
        score=None if score is None else round(score, 2),
        max_score=maximum,
        status=status,
        notes=notes,
        by_hand=0.0 if written(result) else result.by_hand,
    )


def overridden(check: CheckResult, given: Given | None) -> CheckResult:
    """A check with the points that a person gives it. Raises CourseError without a reason."""
    if given is None or given.points is None:
        return check
    require_reason(given, check.max_points)
    status = "OK" if given.points >= check.max_points else "WRONG"
    said = f"{given.by} set the points: {given.comment}"
    return replace(check, points=given.points, status=status, cause=said)


def require_reason(given: Given, maximum: float) -> None:
    """Raise CourseError for an override without reason and name, or beyond the maximum."""
    if not given.comment or not given.by:
        raise CourseError(
            f"the override of {given.question} for {listed([given.student])} needs a reason in the "
            "column comment, and a name in the column by"
        )
    require_within(given, maximum)


def require_within(given: Given, maximum: float) -> None:
    """Raise CourseError for more points than there are."""
    if given.points is not None and given.points > maximum:
        raise CourseError(
            f"{listed([given.student])} has {number(given.points)} points for {given.question}, "
            f"which gives at most {number(maximum)}"
        )


def as_check(question: catalog.Written, given: Given | None) -> CheckResult:
    """A written answer as a check of the result."""
    if given is None or given.points is None:
        return CheckResult(question.id, question.title, "REVIEW", 0.0, question.points)
    require_within(given, question.points)
    status = "OK" if given.points >= question.points else "WRONG"
    return CheckResult(
        question.id, question.title, status, given.points, question.points, cause=given.comment
    )


def refuse_strangers(results: Sequence[Result], marks: Marks) -> None:
    """Raise CourseError for a line whose student was not graded, or whose question is none."""
    students = {comparable(result.student): result for result in results}
    for (student, question), given in marks.items():
        if student not in students:
            raise CourseError(f"by-hand.csv names {listed([given.student])}, who was not graded")
        if question not in questions(students[student]):
            known = ", ".join(questions(students[student]))
            raise CourseError(f"by-hand.csv: no question {question!r}; there are: {known}")


def questions(result: Result) -> Iterable[str]:
    """What points can be given for: written answers, checks, and the whole."""
    ids = [question.id for question in catalog.assignment(result.assignment).written]
    return [*ids, *(check.name for check in result.checks), WHOLE]
