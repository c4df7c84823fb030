"""The FGSM lecture's figures and tables, each drawn from the numbers of one measurement.

`solutions.draw` is the command that writes them to files; a figure or table is added here, by
a function and a line in `FIGURES` or `TABLES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from types import SimpleNamespace
from typing import Any

from course import plots
from course.metrics import wilson_interval
from course.plots import percent
from solutions.figures.gallery import Drawing, Results
from solutions.figures.image_grid import grid_figure

# --- the figures --------------------------------------------------------------------------------


def _attack_grid(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    return grid_figure(results["grid"], theme)


def _attack_curves(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    at = results["epsilons"].index(results["epsilon"])
    curves = results["attacks"]
    noise, one_step = (fmean(run[at] for run in curves[n]) for n in ("random sign noise", "FGSM"))
    title = (
        f"At ε = {results['epsilon']:g} noise leaves {percent(noise)} right, "
        f"FGSM {percent(one_step)}"
    )
    return accuracy_curves(results["epsilons"], curves, title, theme, chance=0.1)


def _unit_curves(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    units = results["units"]
    curves = {UNIT_NAMES[name]: runs for name, runs in units["accuracy"].items()}
    at = units["printed"].index(0.1)
    low, *_, high = sorted(fmean(run[at] for run in runs) for runs in curves.values())
    title = f"An attack at “ε = 0.1” leaves {percent(low)} or {percent(high)} right"
    label = "The number written as ε"
    return accuracy_curves(units["printed"], curves, title, theme, x_label=label, chance=0.1)


def _defence_curves(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    at = results["epsilons"].index(results["epsilon"])
    curves = results["defences"]["PGD"]
    plain, trained = (fmean(r[at] for r in curves[n]) for n in ("plain", "PGD-trained"))
    title = (
        f"PGD at ε = {results['epsilon']:g}: {percent(plain)} right after plain training, "
        f"{percent(trained)} after training on PGD"
    )
    return accuracy_curves(results["epsilons"], curves, title, theme, chance=0.1)


def _confidence(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    return plots.confidence_histograms(**results["confidence"], theme=theme)


def _confusion(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    tables = results["confusion"]
    classes = [str(k) for k in range(len(tables["clean"]))]
    return plots.confusion_matrices(tables["clean"], tables["attacked"], classes, theme=theme)


def _training(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    runs = {name: SimpleNamespace(**run) for name, run in results["training"].items()}
    plain, *attacked = (
        f"{run['loss'][-1]:.2f} {name}" for name, run in results["training"].items()
    )
    title = f"Training loss ends at {plain}, {' and '.join(attacked)}"
    return plots.training_curves(runs, title=title, theme=theme)


def _drift(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    drifts = results["drift"]
    last = list(drifts["FGSM"])[-1]
    title = "FGSM moves {} by {}, noise of the same size by {}".format(
        last, *(percent(drifts[name][last]) for name in ("FGSM", "random sign noise"))
    )
    return plots.activation_drift(drifts, title=title, theme=theme)


def accuracy_curves(
    x: Sequence[float],
    runs: Mapping[str, Sequence[Sequence[float]]],
    title: str,
    theme: plots.Theme,
    **options: Any,
) -> plots.CourseFigure:
    """Means over the networks, with a band from the lowest network to the highest."""
    points = {name: list(zip(*rows, strict=True)) for name, rows in runs.items()}
    return plots.robustness_curve(
        x,
        {name: [fmean(point) for point in row] for name, row in points.items()},
        intervals={
            name: ([min(point) for point in row], [max(point) for point in row])
            for name, row in points.items()
        },
        title=title,
        theme=theme,
        **options,
    )


UNIT_NAMES = {
    "pixels": "inputs in [0, 1]: ε is what it says",
    "minus one to one": "inputs in [−1, 1]: ε / 2 in pixels",
    "standardised": "standardised, σ = 0.3081: 0.3081 ε in pixels",
}

FIGURES = {
    "fgsm-attack-grid": Drawing("Six digits, what FGSM adds, and what comes out", _attack_grid),
    "fgsm-curves": Drawing("Accuracy under noise, FGSM and PGD", _attack_curves),
    "fgsm-units": Drawing("One printed epsilon, three scales", _unit_curves),
    "fgsm-confidence": Drawing("How sure the network is, clean and attacked", _confidence),
    "fgsm-confusion": Drawing("Which digit is taken for which", _confusion),
    "fgsm-training": Drawing("Loss and accuracy of three trainings", _training),
    "fgsm-drift": Drawing("How far each layer moves", _drift),
    "fgsm-defences": Drawing("Plain, FGSM-trained and PGD-trained under PGD", _defence_curves),
}


# --- the tables ---------------------------------------------------------------------------------


def _attack_table(results: Results) -> str:
    return _table(results["epsilons"], results["attacks"], "accuracy under")


def _unit_table(results: Results) -> str:
    units = results["units"]
    rows = {UNIT_NAMES[name]: runs for name, runs in units["accuracy"].items()}
    return _table(units["printed"], rows, "the number written as ε")


def _defence_table(results: Results) -> str:
    """Both attacks at the profile's epsilon, a row for each training."""
    epsilon = results["epsilon"]
    at = results["epsilons"].index(epsilon)
    lines = [
        f"| training | clean | FGSM, ε = {epsilon:g} | PGD, ε = {epsilon:g} |",
        "|---|---|---|---|",
    ]
    for name in results["defences"]["PGD"]:
        one_step, many = (results["defences"][attack][name] for attack in ("FGSM", "PGD"))
        cells = [
            spread([r[0] for r in many]),
            *(spread([r[at] for r in x]) for x in (one_step, many)),
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _setup(results: Results) -> str:
    """The sentence under every figure: what was measured, on which data, and how often."""
    about = results["about"]
    seeds, images = about["seeds"], about["test_images"]
    low, high = wilson_interval(images // 2, images)
    return (
        f"Measured on the embedded {about['profile']}: {about['train_images']:,} training and "
        f"{images} test images, network `{about['network']}` ({about['parameters']:,} parameters), "
        f"{about['recipe']['epochs']} epochs. Curves are means of {len(seeds['plain'])} networks "
        f"({len(seeds['defended'])} where the training is attacked), bands reach from the lowest "
        f"to the highest. PGD: {about['pgd']}. With {images} images an accuracy near 50 % is "
        f"known to ± {50 * (high - low):.1f} points (Wilson, 95 %). `{about['command']}` measures "
        "it all again.\n"
    )


def _table(x: Sequence[float], runs: Mapping[str, Sequence[Sequence[float]]], corner: str) -> str:
    """A row for each curve, a column for each epsilon: mean over networks."""
    lines = [f"| {corner} | {' | '.join(f'{e:g}' for e in x)} |", "|---|" + "--:|" * len(x)]
    for name, rows in runs.items():
        means = (f"{100 * fmean(point):.1f}" for point in zip(*rows, strict=True))
        lines.append(f"| {name} | {' | '.join(means)} |")
    return "\n".join(lines) + "\n"


def spread(values: Sequence[float]) -> str:
    """The mean in percent, with the lowest and the highest."""
    return f"{100 * fmean(values):.1f} ({100 * min(values):.1f} to {100 * max(values):.1f})"


def mean_row(name: str, runs: Iterable[Sequence[float]]) -> str:
    """A row of a Markdown table: the mean of each run of values, in percent."""
    return f"| {name} | {' | '.join(f'{100 * fmean(values):.1f} %' for values in runs)} |"


def apart(runs: Iterable[Sequence[float]]) -> str:
    """How far the values of any one run lie from each other at most, in points."""
    return f"at most {100 * max(max(values) - min(values) for values in runs):.1f} points apart"


TABLES: dict[str, Callable[[Results], str]] = {
    "fgsm-table": _attack_table,
    "fgsm-units-table": _unit_table,
    "fgsm-defences-table": _defence_table,
    "fgsm-setup": _setup,
}
