"""Writes the site's page on how large a machine grading needs, from the committed measurements.

    python benchmarks/sizing.py

`make sizing` measures (`grading.py --keep`) and then calls this, which writes `site/sizing.md`.
Both are committed, so that building the site needs neither.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder import catalog

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "site" / "sizing.md"
MEASURED = Path(__file__).with_name("results") / "grading.json"
PROSE = Path(__file__).with_suffix(".md")  # the page's text, with a place for each figure

STUDENTS = 5_000
CORES = (2, 16, 64)
MB, GB = 1 << 20, 1 << 30
QUICK = (
    "!!! warning\n    These figures are from a quick run of few submissions: do not plan with them."
)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(json.loads(MEASURED.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"written to {PAGE.relative_to(ROOT)}")


def page(report: dict[str, Any]) -> str:
    """The page from what `grading.py` measured."""
    costs = report["cost"]
    files = sum(each[f"{of} bytes"] for each in costs.values() for of in FILES)
    crossing = max(each["submission bytes"] + each["result bytes"] for each in costs.values())
    parts = {
        "machine": report["machine"],
        "level": report["level"],
        "data": report["data"],
        "jobs": report["jobs"],
        "students": f"{STUDENTS:,}",
        "assignments": len(costs),
        "seconds": seconds(costs),
        "hours": hours(costs),
        "slot": f"{max(each['slot memory'] for each in costs.values()) / MB:.0f}",
        "worker": f"{max(each['worker memory'] for each in costs.values()) / MB:.0f}",
        "disk": f"{STUDENTS * files / GB:.1f}",
        "crossing": f"{crossing / 1024:.0f}",
        "growth": growth(report["growth"]),
    }
    text = PROSE.read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"<!-- {name} -->", str(part))
    return text.replace("\n## One", f"\n{QUICK}\n\n## One") if report["quick"] else text


FILES = ("submission", "result", "feedback")


def seconds(costs: dict[str, dict[str, float]]) -> str:
    """The table of where the time of one submission goes, and of the memory of its worker."""
    lines = [
        "| assignment | the grader's own, s | the student's, s | on the clock, s | worker, MB |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, cost in costs.items():
        own = cost["judge"] + cost["worker start"]
        times = " | ".join(f"{value:.1f}" for value in (own, cost["student"], cost["wall"]))
        memory = f"{cost['worker memory'] / MB:.0f}"
        lines.append(f"| {catalog.ASSIGNMENTS[name].title} | {times} | {memory} |")
    return "\n".join(lines)


def hours(costs: dict[str, dict[str, float]]) -> str:
    """The table of the hours that a whole course takes, by the number of cores."""
    of_one = {name: STUDENTS * cost["wall"] / 3600 for name, cost in costs.items()}
    need = max(cost["slot memory"] + cost["worker memory"] for cost in costs.values())
    longest = max(of_one.values())
    lines = [
        "| cores | the longest assignment, h | all assignments, h | memory, GB |",
        "|--:|--:|--:|--:|",
    ]
    for cores in CORES:
        times = f"{longest / cores:.1f} | {sum(of_one.values()) / cores:.1f}"
        lines.append(f"| {cores} | {times} | {cores * need / GB:.0f} |")
    return "\n".join(lines)


def growth(rows: list[dict[str, float]]) -> str:
    """The table of seconds and memory for growing classes."""
    lines = [
        "| submissions | s | each, s | further, s | the batch, MB | a job, MB |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    before = {"submissions": 0.0, "seconds": 0.0}
    for row in rows:
        count, taken = row["submissions"], row["seconds"]
        further = (taken - before["seconds"]) / (count - before["submissions"])
        memory = " | ".join(f"{row[name] / MB:.0f}" for name in ("batch", "slot"))
        each = f"{taken:.0f} | {taken / count:.2f} | {further:.2f}"
        lines.append(f"| {count:,.0f} | {each} | {memory} |")
        before = row
    return "\n".join(lines)


if __name__ == "__main__":
    main()
