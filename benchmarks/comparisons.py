"""The comparisons of the site's page on speed, from the numbers that the benchmarks kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from limit import share_of_limit
from peers import PEERS
from turns import fastest, median, ratio, ratios_by_round

Report = Mapping[str, Any]
"""What one benchmark wrote as JSON."""

COURSE, PUBLISHED = "course", "published"
GOALS = {"pgd": 1.5, "curve": 5.0, "float32": 13.0, "bfloat16": 20.0, "grading": 25.0}
CLASSES = (4, 24)  # of grading.json, where the file itself does not say it


@dataclass(frozen=True)
class Comparison:
    """The course beside another way of doing the same.

    ratio: how many times faster it is, by medians; span: the smallest and the largest ratio within
    one round, where there are rounds. limit: the share of the machine's limit that the course
    reaches, so that ratio / limit is the most that any program could reach here.
    """

    title: str
    beside: str
    ratio: float
    span: tuple[float, float] | None
    goal: float
    limit: float

    @property
    def reached(self) -> bool:
        return self.ratio >= self.goal

    @property
    def most(self) -> float:
        """The ratio of a program that reaches the machine's limit."""
        return self.ratio / self.limit


def comparisons(reports: Mapping[str, Report]) -> list[Comparison]:
    """Those that can be made from the reports that are there, by name of the benchmark."""
    makers = {"attacks": of_attacks, "training": of_training, "grading": of_grading}
    return [
        each for name, make in makers.items() if name in reports for each in make(reports[name])
    ]


def of_attacks(report: Report) -> list[Comparison]:
    """Each attack beside the fastest other library, called as its documentation does."""
    titles = {peer.title for peer in PEERS.values()}
    found = []
    for name, job in report["jobs"].items():
        seconds = job["seconds"]
        best = fastest(seconds, titles & set(seconds))
        share = share_of_limit(
            job["operations"], report["rates"]["float32"], median(seconds, COURSE)
        )
        span = ratios_by_round(seconds[best]["wall"], seconds[COURSE]["wall"])
        times = ratio(seconds, best, COURSE)
        found.append(Comparison(job["title"], best, times, span, GOALS[name], share))
    return found


def of_training(report: Report) -> list[Comparison]:
    """The course's recipe, in each precision, beside the published one."""
    found = []
    for precision, rate in report["rates"].items():
        seconds, name = report["seconds"], f"{COURSE}, {precision}"
        share = share_of_limit(report["operations"], rate, median(seconds, name))
        span = ratios_by_round(seconds[PUBLISHED]["wall"], seconds[name]["wall"])
        title = f"MNIST in {precision}"
        times = ratio(seconds, PUBLISHED, name)
        beside = "the published recipe"
        found.append(Comparison(title, beside, times, span, GOALS[precision], share))
    return found


def of_grading(report: Report) -> list[Comparison]:
    """Each further submission of a class beside nbgrader, without what is spent once.

    The limit is the computing of the student's own code, divided by the jobs: a grader that costs
    nothing would still wait for it.
    """
    each = further(report)
    cost = report["cost"][report["assignment"]]
    limit = cost["student"] / report["jobs"] / each["autograder"]
    times = each["nbgrader"] / each["autograder"]
    title = "Grading a further submission"
    return [Comparison(title, "nbgrader", times, None, GOALS["grading"], limit)]


def further(report: Report) -> dict[str, float]:
    """Seconds of each submission beyond those of the smaller class, for both graders."""
    small, large = report.get("classes", CLASSES)
    rate = report["rate"]
    return {name: (many - few) / (large - small) for name, (few, many) in rate.items()}


def number(value: float) -> str:
    """A number with about three digits, for tables."""
    decimals = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{decimals}f}"
