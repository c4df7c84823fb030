"""What lateness takes off a mark, and which of several attempts counts.

A mark is computed from a result, the time in `timestamp.txt` and `term.toml` alone, so it comes out
again whenever it is computed again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from autograder.report.marks.moments import stamp
from autograder.report.marks.terms import Late, Rules, Term
from autograder.report.results import Result, is_scored, number

STAMP = "timestamp.txt"  # nbgrader's: when the student handed in
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mark:
    """A mark with what led to it. raw, final: None without a score. late: started days."""

    result: Result
    raw: float | None
    penalty: float
    final: float | None
    handed_in: datetime | None = None
    deadline: datetime | None = None
    late: int = 0

    @property
    def adjusted(self) -> Result:
        """The result with the final score, and a note that says what was taken off."""
        if self.final is None or not self.penalty:
            return self.result
        note = (
            f"{number(self.raw or 0)} points, less {number(self.penalty)} for "
            f"{self.late} day{'s' * (self.late != 1)} late."
        )
        return replace(self.result, score=self.final, notes=[note, *self.result.notes])


def days_late(when: datetime, deadline: datetime, late: Late) -> int:
    """The days that were started after the deadline; none within the grace."""
    if when <= deadline + late.grace:
        return 0
    return math.ceil((when - deadline) / DAY)


def mark_of(result: Result, when: datetime | None, term: Term, rules: Rules) -> Mark:
    """The mark for one attempt, handed in at `when`; where nobody knows when, nothing is lost."""
    raw = result.score if is_scored(result) else None
    deadline = term.deadline_of(result.student, rules)
    if raw is None or when is None or deadline is None:
        return Mark(result, raw, 0.0, raw, when, deadline)
    days = days_late(when, deadline, rules.late)
    share = min(days * rules.late.per_day, rules.late.most) / 100
    penalty = min(raw, round(share * result.max_score, 2))
    if rules.late.closes is not None and days and when > deadline + rules.late.closes:
        penalty = raw
    return Mark(result, raw, penalty, round(raw - penalty, 2), when, deadline, days)


def marks_of(attempts: Sequence[Sequence[Result]], term: Term, rules: Rules) -> Mapping[str, Mark]:
    """The mark of every student, over all attempts: the best final one, or the latest scored one.

    attempts: the results of each attempt in order; as many as `rules.submissions`.
    """
    found: dict[str, Mark] = {}
    for results, submissions in zip(attempts, rules.submissions, strict=True):
        for result in results:
            mark = mark_of(result, time_of(submissions, result), term, rules)
            before = found.get(result.student)
            if before is None or is_better(mark, before, rules.counts):
                found[result.student] = mark
    return found


def is_better(mark: Mark, before: Mark, counts: str) -> bool:
    """Whether a later attempt takes the place of the one before."""
    if mark.final is None or before.final is None:
        return before.final is None
    return counts == "latest" or mark.final > before.final


def time_of(submissions: Path, result: Result) -> datetime | None:
    """When a student handed in, from the file that `autograder collect` and nbgrader write."""
    return stamp(submissions / result.student / result.assignment / STAMP)
