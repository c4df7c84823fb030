"""Figures that count: confusion matrices and histograms of confidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb, to_rgba

from course.plots.inputs import counts, fractions
from course.plots.style import (
    LIGHT,
    LINES,
    CourseFigure,
    Theme,
    canvas,
    contrast,
    luminance,
    plain_axes,
)
from course.plots.words import any_long, legend_columns, percent

MOST_NUMBERED_CLASSES = 12  # beyond, the numbers in a confusion matrix cannot be read


def confusion_matrices(
    clean: Any,
    attacked: Any,
    classes: Sequence[str],
    *,
    title: str | None = None,
    theme: Theme = LIGHT,
) -> CourseFigure:
    """Two (K, K) matrices of counts side by side: rows the true class, columns the answer.

    Colour is the share of a row; the counts are written in the cells up to 12 classes. Raises
    CourseError when a matrix is not K x K for the K `classes`, or holds anything but counts.
    """
    pair = [counts(clean, "clean", len(classes)), counts(attacked, "attacked", len(classes))]
    shares = [np.trace(m) / m.sum() for m in pair]
    heading = title or f"Right answers: {percent(shares[0])} clean, {percent(shares[1])} attacked"
    alt = f"Confusion matrices, clean and attacked. {_most_confused(pair[1], classes)}"
    longest = max(len(str(name)) for name in classes)
    below = 0.03 * longest if any_long(classes, 2) else 0  # names that stand upright
    with canvas(theme, 3.95 + below, width=6.4, title=heading, alt=alt) as figure:
        axes = figure.subplots(1, 2, sharey=True)
        for ax, matrix, name, share in zip(axes, pair, ("clean", "attacked"), shares, strict=True):
            _matrix(ax, matrix, classes, theme)
            ax.set_title(f"{name}: {percent(share)} right", fontsize=11)
            ax.set_xlabel("answer")
        axes[0].set_ylabel("true class")
    return figure


def confidence_histograms(
    clean: Any, attacked: Any, *, title: str | None = None, theme: Theme = LIGHT
) -> CourseFigure:
    """Histograms of the model's confidence on clean and on attacked images, with both means.

    Two lists of confidences, each in [0, 1]; they may differ in length. Raises CourseError for an
    empty list or a value that is not finite or out of range.
    """
    groups = {"clean": fractions(clean, "clean"), "attacked": fractions(attacked, "attacked")}
    means = {name: float(values.mean()) for name, values in groups.items()}
    heading = title or (
        f"Mean confidence: {percent(means['clean'])} clean, {percent(means['attacked'])} attacked"
    )
    sure = {name: float((values >= 0.9).mean()) for name, values in groups.items()}
    alt = "Histogram of the confidence of the answer. " + "; ".join(
        f"{name}: mean {percent(means[name])}, 90 % sure or more on {percent(sure[name])} of images"
        for name in groups
    )
    edges = np.linspace(0, 1, 21)
    with canvas(theme, 3.6, title=heading, alt=alt) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        for i, (name, values) in enumerate(groups.items()):
            heights = 100 * np.histogram(values, edges)[0] / len(values)
            colour, label = theme.series[i], f"{name}, mean {percent(means[name])}"
            axes.stairs(heights, 100 * edges, fill=True, color=colour, alpha=0.25, lw=0)
            axes.stairs(heights, 100 * edges, color=colour, linestyle=LINES[i], lw=2, label=label)
            axes.axvline(100 * means[name], color=colour, linestyle=LINES[i], lw=1.2)
        axes.set(xlabel="Confidence in the answer given (%)", ylabel="Images (%)", xlim=(0, 100))
        figure.legend(loc="outside lower left", ncols=legend_columns(means), fontsize=10)
    return figure


def _matrix(axes: Axes, matrix: np.ndarray, classes: Sequence[str], theme: Theme) -> None:
    colour = theme.series[0]
    ramp = LinearSegmentedColormap.from_list("share", [to_rgba(colour, 0), to_rgba(colour, 1)])
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap=ramp, vmin=0, vmax=1, interpolation="none")
    axes.spines[:].set_color(theme.faint)
    if len(classes) > MOST_NUMBERED_CLASSES:
        return
    axes.set_xticks(range(len(classes)), classes, rotation=90 if any_long(classes, 2) else 0)
    axes.set_yticks(range(len(classes)), classes)
    axes.tick_params(length=0)
    for row, column in zip(*np.nonzero(matrix), strict=True):
        axes.text(
            column,
            row,
            f"{int(matrix[row, column])}",
            color=_readable_on(colour, float(shares[row, column]), theme),
            ha="center",
            va="center",
            fontsize=11 if matrix.max() < 100 else 9,
        )


def _readable_on(colour: str, share: float, theme: Theme) -> str:
    """Ink or paper, whichever is easier to read on `colour` laid over the paper at `share`."""
    ground = np.array(to_rgb(theme.paper if theme.paper != "none" else theme.ink))
    cell = luminance(*(share * np.array(to_rgb(colour)) + (1 - share) * ground))
    return max((theme.ink, theme.paper), key=lambda c: contrast(luminance(*to_rgb(c)), cell))


def _most_confused(matrix: np.ndarray, classes: Sequence[str]) -> str:
    wrong = matrix - np.diag(np.diag(matrix))
    if not wrong.any():
        return "Attacked, every answer is right."
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    return (
        f"Attacked, the commonest mistake is {classes[row]} read as {classes[column]}, "
        f"{int(wrong[row, column])} of {int(matrix[row].sum())} times."
    )
