"""The figures and tables of the lecture on certificates, drawn from one measurement.

`solutions.draw` writes them to files; `solutions.figures.measured.certificates` measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from course import plots
from course.metrics import wilson_interval
from course.plots import percent
from solutions.figures.gallery import Drawing

Results = Mapping[str, Any]
"""What `solutions.figures.measured.certificates.measure` returned."""

BOUNDS = {
    "attacked": "left by attacks: at most",
    "linear": "proved by linear bounds: at least",
    "interval": "proved by intervals: at least",
}


def _gap(name: str) -> Callable[[Results, plots.Theme], plots.CourseFigure]:
    """The figure of one network: accuracy under attacks, and proved accuracy."""

    def draw(results: Results, theme: plots.Theme) -> plots.CourseFigure:
        curves = results["curves"][name]
        at = results["epsilons"].index(0.05)
        title = (
            f"{name}, attacks up to ε = 0.05: at least {percent(curves['interval'][at])} by "
            f"intervals, {percent(curves['linear'][at])} by lines, "
            f"at most {percent(curves['attacked'][at])}"
        )
        lines = {BOUNDS[kind]: curves[kind] for kind in BOUNDS}
        return plots.robustness_curve(results["epsilons"], lines, title=title, theme=theme)

    return draw


def _smoothing(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    smoothing = results["smoothing"]
    certified = smoothing["certified"]
    return plots.robustness_curve(
        smoothing["radii"],
        {"smoothed network: proved in L2": certified},
        x_label="Radius in L2 (pixel units)",
        alt_points=len(certified),
        title=f"Smoothing proves {percent(certified[1])} at radius {smoothing['radii'][1]:g}, "
        f"{percent(certified[-1])} at {smoothing['radii'][-1]:g}",
        theme=theme,
    )


def _setup(results: Results) -> str:
    about = results["about"]
    low, high = wilson_interval(about["images"] // 2, about["images"])
    return (
        f"All numbers on this page that name no source: `{about['profile']}`, a network of two "
        f"convolutions and a linear layer with {about['parameters']:,} parameters and "
        f"{about['relus']:,} ReLUs, {about['images']} test images, one training of each kind. An "
        f"accuracy near 50 % is known to ± {50 * (high - low):.0f} points (Wilson, 95 %). "
        f"`{about['command']}` measures them again.\n"
    )


def _widths(results: Results) -> str:
    example = results["example"]
    names = list(example["widths"])
    lines = [
        f"| bounds of one image, ε = {example['epsilon']:g} | " + " | ".join(names) + " |",
        "|---|" + "--:|" * len(names),
        "| mean width | " + " | ".join(f"{w:.3g}" for w in example["widths"].values()) + " |",
    ]
    return "\n".join(lines) + "\n"


def _table(results: Results) -> str:
    """The three networks at the epsilon of their training."""
    epsilon = results["about"]["epsilon"]
    at = results["epsilons"].index(epsilon)
    lines = [
        f"| training | clean, all test images | attacked, ε = {epsilon:g}: at most | "
        "linear bounds: at least | intervals: at least | ReLUs in doubt, mean |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    # A share of 100 images is a whole percentage; a decimal would promise more than was counted.
    decimals = 0 if results["about"]["images"] <= 100 else 1
    for name, curves in results["curves"].items():
        clean = f"{100 * results['clean'][name]:.1f} %"
        shares = " | ".join(f"{100 * curves[kind][at]:.{decimals}f} %" for kind in BOUNDS)
        lines.append(f"| {name} | {clean} | {shares} | {curves['unstable'][at]:.0f} |")
    return "\n".join(lines) + "\n"


def _exact(results: Results) -> str:
    """The solver's answers for the images that nothing else decided."""
    exact, images = results["exact"], results["about"]["images"]
    answers, doubt, nodes = exact["answers"], exact["unstable"], exact["nodes"]
    stopped = f"not decided within {exact['most nodes']} nodes a class"
    lines = [
        f"| the PGD-trained network at ε = {exact['epsilon']:g} | images of {images} |",
        "|---|--:|",
        f"| broken by the attacks | {exact['broken by attack']} |",
        f"| proved by linear bounds | {exact['proved by lines']} |",
        f"| decided by neither | {exact['undecided']} |",
        f"| of these given to the solver | {len(answers)} |",
        f"| … proved robust | {answers.count('robust')} |",
        f"| … misread after all | {answers.count('broken')} |",
        f"| … {stopped} | {answers.count('unknown')} |",
        f"| ReLUs in doubt, fewest to most | {min(doubt)} to {max(doubt)} |",
        f"| nodes of the search tree, fewest to most | {min(nodes)} to {max(nodes)} |",
    ]
    return "\n".join(lines) + "\n"


FIGURES = {
    "certificates-gap-plain": Drawing("Bounds and attacks, plain training", _gap("plain")),
    "certificates-gap-pgd": Drawing("The same after training on PGD", _gap("PGD-trained")),
    "certificates-gap-certified": Drawing("The same after training on bounds", _gap("certified")),
    "certificates-smoothing": Drawing("Certified accuracy by radius", _smoothing),
}
TABLES: dict[str, Callable[[Results], str]] = {
    "certificates-setup": _setup,
    "certificates-widths": _widths,
    "certificates-table": _table,
    "certificates-exact": _exact,
}
