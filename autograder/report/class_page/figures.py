"""The figures of a class: scores, checks and how well each tells students apart, causes, sections.

The item-rest correlation of a check is Pearson's correlation of its points with the points of all
other checks (Crocker and Algina, Introduction to Classical and Modern Test Theory, 1986, ch. 14).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.report.results import CheckResult, Result, is_scored, number
from autograder.report.roster.people import Roster

BINS = 10
HARD = ("REVIEW", "INFRA", "FORMAT", "TIMEOUT", "LIMIT")
FEWEST_FOR_CORRELATION = 5  # students; of fewer it says nothing
NO_CAUSE = "no likely cause is known"


@dataclass(frozen=True)
class Summary:
    """Scores as shares of the maximum. scored: how many have one; mean and so on are of those."""

    students: int
    scored: int
    mean: float
    median: float
    spread: float
    bins: tuple[int, ...]
    seconds: float


@dataclass(frozen=True)
class CheckFigures:
    """One check over the class. passed, share: of those it was looked at for, in [0, 1].

    rest: the item-rest correlation, or None where it is not defined.
    """

    name: str
    title: str
    looked_at: int
    skipped: int
    passed: float
    share: float
    rest: float | None


@dataclass(frozen=True)
class Cause:
    """One mistake in one check: how many made it, who they are, and what helps."""

    check: str
    title: str
    cause: str
    hint: str
    lecture: str
    students: tuple[str, ...]
    graded: bool = True  # whether the check has points


@dataclass(frozen=True)
class Section:
    """A section of the roster: its people, how many have a score, and their mean share."""

    name: str
    students: int
    scored: int
    mean: float
    median: float


def summary(results: Sequence[Result]) -> Summary:
    """The scores of a class at a glance."""
    shares = [share_of(result) for result in results if is_scored(result) and result.max_score]
    bins = [0] * BINS
    for share in shares:
        bins[min(int(share * BINS), BINS - 1)] += 1
    return Summary(
        len(results),
        len(shares),
        statistics.fmean(shares) if shares else 0.0,
        statistics.median(shares) if shares else 0.0,
        statistics.pstdev(shares) if shares else 0.0,
        tuple(bins),
        sum(result.seconds for result in results),
    )


def share_of(result: Result) -> float:
    """The score as a share of the maximum, in [0, 1]."""
    return min(max((result.score or 0.0) / result.max_score, 0.0), 1.0) if result.max_score else 0.0


def check_figures(results: Sequence[Result]) -> list[CheckFigures]:
    """Each check of an assignment, in its order. A check that was skipped counts as not passed."""
    scored = [result for result in results if is_scored(result)]
    names = dict.fromkeys(check.name for result in scored for check in result.checks)
    return [one_check(name, scored) for name in names]


def one_check(name: str, scored: Sequence[Result]) -> CheckFigures:
    """The figures of one check."""
    found: list[tuple[CheckResult, float]] = []
    for result in scored:
        check = next((each for each in result.checks if each.name == name), None)
        if check is not None:
            found.append((check, (result.score or 0.0) - check.points))
    checks = [check for check, _ in found]
    shares = [
        check.points / check.max_points if check.max_points else float(check.status == "OK")
        for check in checks
    ]
    return CheckFigures(
        name,
        checks[0].title,
        len(checks),
        sum(check.status == "SKIP" for check in checks),
        sum(check.status == "OK" for check in checks) / len(checks),
        statistics.fmean(shares),
        correlation([check.points for check in checks], [rest for _, rest in found]),
    )


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's correlation; None for few values, or where one of the two never changes."""
    if len(first) < FEWEST_FOR_CORRELATION:
        return None
    try:
        value = statistics.correlation(first, second)
    except statistics.StatisticsError:
        return None
    return value if math.isfinite(value) else None


def causes(results: Sequence[Result]) -> list[Cause]:
    """The mistakes, the commonest first; students whose check failed for one known cause."""
    found: dict[tuple[str, str], list[tuple[str, CheckResult]]] = {}
    for result in results:
        for check in result.checks:
            if check.status not in ("OK", "SKIP"):
                key = (check.name, check.cause or f"{NO_CAUSE} ({check.status})")
                found.setdefault(key, []).append((result.student, check))
    return [
        Cause(
            name,
            cases[0][1].title,
            cause,
            cases[0][1].hint,
            cases[0][1].lecture,
            tuple(student for student, _ in cases),
            cases[0][1].max_points > 0,
        )
        for (name, cause), cases in sorted(found.items(), key=lambda item: -len(item[1]))
    ]


def commonest(found: Sequence[Cause], most: int) -> list[Cause]:
    """The causes that most students share, whichever check showed them; each named once.

    Those that cost points come before those of good practice.
    """
    whole: dict[str, Cause] = {}
    for each in found:
        if each.cause.startswith(NO_CAUSE):
            continue
        before = whole.get(each.cause, each)
        students = tuple(dict.fromkeys((*before.students, *each.students)))
        whole[each.cause] = replace(before, students=students)
    return sorted(whole.values(), key=lambda cause: (not cause.graded, -len(cause.students)))[:most]


def sections(results: Sequence[Result], roster: Roster) -> list[Section]:
    """Sections compared; nothing without a roster that has more than one."""
    members: dict[str, list[str]] = {}
    for person in roster.people:
        members.setdefault(person.section, []).append(person.id)
    if len(members) < 2:
        return []
    by_person = {
        known.id: result
        for result in results
        if (known := roster.get(result.student)) is not None and is_scored(result)
    }
    found = []
    for name, people in sorted(members.items()):
        shares = [share_of(by_person[each]) for each in people if each in by_person]
        mean, median = (
            (statistics.fmean(shares), statistics.median(shares)) if shares else (0.0, 0.0)
        )
        found.append(Section(name or "without a section", len(people), len(shares), mean, median))
    return found


def changes(results: Sequence[Result], before: Mapping[str, tuple[str, float | None]]) -> list[str]:
    """What differs from the last run, one line for each student."""
    lines = []
    for result in results:
        if result.student not in before:
            if before:
                lines.append(f"{result.student}: new")
            continue
        status, score = before[result.student]
        if (status, score) != (result.status, result.score):
            now = f"{result.status} {shown(result.score)}"
            lines.append(f"{result.student}: {status} {shown(score)} before, {now}")
    gone = set(before) - {result.student for result in results}
    return lines + [f"{student}: not there any more" for student in sorted(gone)]


def shown(score: float | None) -> str:
    """A score, or that there is none."""
    return "without a score" if score is None else number(score)
