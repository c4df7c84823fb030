"""The figure and the table of the lecture on other defences, drawn from one measurement.

`solutions.draw` writes them to files; `solutions.figures.measured.defences` measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import fmean
from typing import Any

from course import plots
from course.plots import percent
from solutions.figures.gallery import Drawing

Results = Mapping[str, Any]
"""What `solutions.figures.measured.defences.measure` returned."""

NAMES = {
    "plain": "all grey levels, PGD",
    "blocked": "one bit, PGD: gradient 0",
    "straight through": "one bit, PGD through the rounding",
}


def _bits(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Accuracy against epsilon, with the lowest and the highest network as a band."""
    runs = results["accuracy"]
    at = results["epsilons"].index(0.1)
    blocked, through = (fmean(run[at] for run in runs[n]) for n in ("blocked", "straight through"))
    points = {NAMES[name]: list(zip(*rows, strict=True)) for name, rows in runs.items()}
    return plots.robustness_curve(
        results["epsilons"],
        {name: [fmean(point) for point in row] for name, row in points.items()},
        intervals={
            name: ([min(point) for point in row], [max(point) for point in row])
            for name, row in points.items()
        },
        title=f"One bit at ε = 0.1: {percent(blocked)} or {percent(through)}, by the attack",
        chance=0.1,
        theme=theme,
    )


def _table(results: Results) -> str:
    """The pixels that an attack can change, and the accuracy left, in Markdown."""
    epsilons = results["epsilons"][1:]
    lines = [
        "| ε | " + " | ".join(f"{e:g}" for e in epsilons) + " |",
        "|---|" + "--:|" * len(epsilons),
    ]
    for name, shares in results["pixels"].items():
        lines.append(
            f"| pixels {name} | " + " | ".join(f"{100 * s:.1f} %" for s in shares[1:]) + " |"
        )
    for name, rows in results["accuracy"].items():
        means = [fmean(point) for point in zip(*rows, strict=True)][1:]
        lines.append(f"| {NAMES[name]} | " + " | ".join(f"{100 * m:.1f} %" for m in means) + " |")
    return "\n".join(lines) + "\n"


def _setup(results: Results) -> str:
    """The measurement in a sentence."""
    about = results["about"]
    clean = fmean(run[0] for run in results["accuracy"]["straight through"])
    return (
        f"Measured on `{about['profile']}` with the network `{about['network']}`, "
        f"{len(about['seeds'])} trainings, {about['images']} test images, PGD with "
        f"{about['steps']} steps on two losses, every step counted. Without an attack the one-bit "
        f"network reads {100 * clean:.1f} %. `{about['command']}` measures it again.\n"
    )


FIGURES = {"defences-bits": Drawing("A one-bit network under two attacks", _bits)}
TABLES: dict[str, Callable[[Results], str]] = {
    "defences-bits-setup": _setup,
    "defences-bits-table": _table,
}
