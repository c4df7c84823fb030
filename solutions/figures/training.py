"""The figures of the lecture on training, drawn from one measurement.

`solutions.draw` writes them to files; `solutions.figures.measured.training` measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from course import plots
from course.plots import attacks as attack_plots
from course.plots import percent
from solutions.figures.gallery import Drawing

Results = Mapping[str, Any]
"""What `solutions.figures.measured.training.measure` returned."""


def _rates(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Loss and accuracy by epoch for three learning rates."""
    runs = {f"rate {rate}": SimpleNamespace(**run) for rate, run in results["rates"].items()}
    tests = ", ".join(percent(run["test"]) for run in results["rates"].values())
    return plots.training_curves(runs, title=f"Three learning rates end at {tests}", theme=theme)


def _by_heart(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Accuracy on few training images and on others, epoch by epoch."""
    runs = results["by heart"]
    ends = [percent(run[-1]) for run in runs.values()]
    return attack_plots.convergence(
        {name: [100 * a for a in run] for name, run in runs.items()},
        x_label="Epochs",
        y_label="Accuracy (%)",
        title=f"{results['about']['few']} images learned by heart: {ends[0]}, others {ends[1]}",
        theme=theme,
    )


def _setup(results: Results) -> str:
    about = results["about"]
    return (
        f"Measured on `{about['profile']}` with the network `{about['network']}`, "
        f"{about['train_images']:,} training and {about['test_images']} test images; "
        f"`{about['command']}` measures it again.\n"
    )


FIGURES = {
    "training-rates": Drawing("Three learning rates", _rates),
    "training-by-heart": Drawing("Learning by heart", _by_heart),
}
TABLES: dict[str, Callable[[Results], str]] = {"training-setup": _setup}
