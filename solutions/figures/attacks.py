"""Figures and tables of the lecture on stronger attacks, drawn from one measurement.

`solutions.draw` is the command that writes them; `solutions.figures.measured.attacks` measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from course import plots
from course.metrics import wilson_interval
from course.plots import attacks as attack_plots
from course.plots import percent
from solutions.figures.gallery import Drawing

Results = Mapping[str, Any]
"""What `solutions.figures.measured.attacks.measure` returned."""


def _convergence(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    curves = _by_step_size(results["convergence"])
    slow, *_, one = (values[-1] for values in curves.values())
    return attack_plots.convergence(
        curves,
        y_label="Accuracy (%)",
        title=f"After {results['about']['steps']} steps: {slow:.0f} % with the smallest, "
        f"{one:.0f} % with the largest",
        theme=theme,
    )


def _bent(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    curves = _by_step_size(results["bent"]["convergence"])
    _, usual, one = curves.values()
    half = len(one) // 2
    return attack_plots.convergence(
        curves,
        y_label="Accuracy (%)",
        title=f"Steps of ε leave {min(one[half:]):.0f} to {max(one[half:]):.0f} %, steps of ε / 8 "
        f"leave {usual[-1]:.0f} %",
        theme=theme,
    )


def _by_step_size(runs: Mapping[str, Any]) -> dict[str, list[float]]:
    """Accuracy in percent after each step, by the step size."""
    return {
        name.replace("epsilon", "ε"): [100 * a for a in run["accuracy"]]
        for name, run in runs.items()
    }


def _single(results: Results) -> str:
    """One step, many, and the worst case, in Markdown."""
    rows = ["| attack | accuracy | 95 % interval |", "|---|--:|--:|"]
    titles = {
        "FGSM": "FGSM, one step",
        "PGD": f"PGD, {results['about']['steps']} steps",
        "worst": "worst case of four PGD runs: two losses, two starts each",
    }
    rows += [
        _row(titles[name], accuracy, results["about"]["images"])
        for name, accuracy in results["single"].items()
    ]
    return "\n".join(rows) + "\n"


def _row(title: str, accuracy: float, images: int) -> str:
    low, high = wilson_interval(round(accuracy * images), images)
    return f"| {title} | {100 * accuracy:.1f} % | {100 * low:.1f} to {100 * high:.1f} % |"


def _setup(results: Results) -> str:
    """The attacked network and images, in a sentence."""
    about = results["about"]
    return (
        "All numbers on this page that name no other network or data: the network "
        f"`{about['network']}` on `{about['profile']}`, "
        f"{about['images']} test images, {100 * about['clean']:.1f} % right without an attack, "
        f"\\(\\epsilon = {about['epsilon']:g}\\); `{about['command']}` measures them again.\n"
    )


def _restarts(results: Results) -> str:
    left = results["restarts"]
    head = " | ".join(str(n + 1) for n in range(len(left)))
    cells = " | ".join(f"{100 * a:.1f} %" for a in left)
    lines = [f"| starts | {head} |", "|---|" + "--:|" * len(left), f"| worst case | {cells} |"]
    return "\n".join(lines) + "\n"


def _scaled(results: Results) -> str:
    from solutions.figures.measured.attacks import SCALES  # noqa: PLC0415  PyTorch

    lines = [
        "| logits times | " + " | ".join(f"{s:,}" for s in SCALES) + " |",
        "|---|" + "--:|" * len(SCALES),
    ]
    for loss, left in results["scaled"].items():
        lines.append(f"| PGD on the {loss} | " + " | ".join(percent(a) for a in left) + " |")
    return "\n".join(lines) + "\n"


def _rounded(results: Results) -> str:
    rounded = results["rounded"]
    images = results["about"]["images"]
    lines = [
        "| attack on the network behind rounding | accuracy | 95 % interval |",
        "|---|--:|--:|",
    ]
    lines += [
        _row("none", rounded["clean"], images),
        _row("PGD through the rounding: its gradient is 0", rounded["PGD"], images),
    ]
    lines += [
        _row(f"random search, {queries} queries for each image", accuracy, images)
        for queries, accuracy in rounded["random search"].items()
    ]
    title = "PGD that takes the rounding for the identity on the way back"
    lines.append(_row(title, rounded["straight through"], images))
    return "\n".join(lines) + "\n"


FIGURES = {
    "attacks-convergence": Drawing("accuracy after every step, by step size", _convergence),
    "attacks-convergence-bent": Drawing("the same on a network trained on one step", _bent),
}
TABLES: dict[str, Callable[[Results], str]] = {
    "attacks-setup": _setup,
    "attacks-single": _single,
    "attacks-restarts": _restarts,
    "attacks-scaled": _scaled,
    "attacks-rounded": _rounded,
}
