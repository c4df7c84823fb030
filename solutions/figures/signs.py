"""The figures and tables on road signs, for several lectures, drawn from one measurement.

`solutions.draw` writes them to files; `solutions.figures.measured.signs` measured.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean

import numpy as np

from course import plots
from course.metrics import wilson_interval
from course.plots import percent
from solutions.figures.fgsm import accuracy_curves, spread
from solutions.figures.gallery import Drawing, Results
from solutions.figures.image_grid import grid_figure, pixels


def _attack_grid(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Five signs, the change, and what comes out."""
    return grid_figure(results["grid"], theme, results["about"]["classes"])


def _attack_curves(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Accuracy of the plain networks under noise, FGSM and PGD."""
    at = results["levels"].index(results["epsilon"])
    curves = {**results["attacks"], "PGD, 20 steps": results["PGD"]["plain"]}
    noise, one_step = (_mean(curves[name], at) for name in ("random sign noise", "FGSM"))
    title = (
        f"At ε = {results['epsilon']}/255 noise leaves {percent(noise)} right, "
        f"FGSM {percent(one_step)}"
    )
    return accuracy_curves(_epsilons(results), curves, title, theme, chance=0.1)


def _price(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Accuracy under PGD after three trainings: the ends on the left are clean accuracy."""
    curves = results["PGD"]
    clean = " → ".join(percent(_mean(runs, 0)) for runs in curves.values())
    at = results["levels"].index(results["epsilon"])
    robust = " → ".join(percent(_mean(runs, at)) for runs in curves.values())
    title = f"Clean {clean}, under PGD at {results['epsilon']}/255 {robust}"
    return accuracy_curves(_epsilons(results), curves, title, theme, chance=0.1)


def _confusion(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Which sign is taken for which, clean and under FGSM."""
    tables = results["confusion"]
    return plots.confusion_matrices(
        tables["clean"], tables["attacked"], results["about"]["classes"], theme=theme
    )


def _drift(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """How far each layer moves: under FGSM, under noise, and FGSM after robust training."""
    drifts = results["drift"]
    last = list(drifts["FGSM"])[-1]
    plain, noise, trained = (percent(row[last]) for row in drifts.values())
    title = f"FGSM moves {last} by {plain}, noise by {noise}; after robust training {trained}"
    return plots.activation_drift(drifts, title=title, theme=theme)


def _hero(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Two images that the attack fools, as a sum: image + change = misread image."""
    grid, classes = results["grid"], results["about"]["classes"]
    before, after = (pixels(grid, kind) for kind in ("clean", "adversarial"))
    first, second = (grid[kind]["predictions"] for kind in ("clean", "adversarial"))
    fooled = [i for i, (a, b) in enumerate(zip(first, second, strict=True)) if a != b][:2]
    images, titles = [], []
    for i in fooled:
        change = np.clip(0.5 + 5 * (after[i] - before[i]), 0, 1)
        images += [before[i], change, after[i]]
        titles += [
            f"“{classes[first[i]]}”\n{percent(grid['clean']['confidences'][i])}",
            "+ change\n(× 10)",
            f"= “{classes[second[i]]}”\n{percent(grid['adversarial']['confidences'][i])}",
        ]
    title = f"At most {results['epsilon']}/255 per pixel, and a new answer"
    return plots.image_row(np.stack(images), titles, title=title, theme=theme)


def _price_table(results: Results) -> str:
    """Accuracy after each training: clean, and under PGD at some levels."""
    shown = [k for k in results["levels"] if k in (0, 2, 4, 8, 16)]
    heads = ["clean" if k == 0 else f"PGD, {k}/255" for k in shown]
    lines = [f"| training | {' | '.join(heads)} |", "|---|" + "--:|" * len(shown)]
    for name, runs in results["PGD"].items():
        cells = (spread([run[results["levels"].index(k)] for run in runs]) for k in shown)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _setup(results: Results) -> str:
    about = results["about"]
    images = about["test_images"]
    low, high = wilson_interval(images // 2, images)
    plain, attacked = about["epochs"]
    return (
        f"Measured on `{about['profile']}`, road signs that the course draws: "
        f"{about['train_images']:,} training and {images} test images of 32×32 pixels in colour, "
        f"network `{about['network']}`, {plain} epochs of plain and {attacked} of adversarial "
        f"training, {len(about['seeds'])} networks each. Values are means, bands and brackets "
        f"reach from the lowest to the highest network. PGD: {about['pgd']}. With {images} images "
        f"an accuracy near 50 % is known to ± {50 * (high - low):.1f} points (Wilson, 95 %). "
        f"`{about['command']}` measures it again.\n"
    )


def _epsilons(results: Results) -> list[float]:
    return [level / 255 for level in results["levels"]]


def _mean(runs: list[list[float]], at: int) -> float:
    return fmean(run[at] for run in runs)


FIGURES = {
    "signs-attack-grid": Drawing("Five signs, what FGSM adds, and what comes out", _attack_grid),
    "signs-curves": Drawing("Accuracy on signs under noise, FGSM and PGD", _attack_curves),
    "signs-price": Drawing("The price of robustness in clean accuracy", _price),
    "signs-confusion": Drawing("Which sign is taken for which", _confusion),
    "signs-drift": Drawing("How far each layer moves, on signs", _drift),
    "hero": Drawing("The README's picture", _hero, for_any_page=True),
}
TABLES: dict[str, Callable[[Results], str]] = {
    "signs-price-table": _price_table,
    "signs-setup": _setup,
}
