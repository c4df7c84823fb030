"""The pieces that diagrams are made of: boxes, arrows, grids and notes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from course import plots
from course.plots.style import contrast, luminance

Point = tuple[float, float]


def stage(figure: plots.CourseFigure, width: float, height: float) -> Axes:
    """The whole figure as one drawing board, `width` x `height` units, without a frame."""
    axes = figure.add_subplot()
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.set_axis_off()
    return axes


def box(axes: Axes, at: Point, size: Point, words: str, theme: plots.Theme, **look: Any) -> None:
    """A box with words in its middle; `at` is its lower left corner."""
    settings = {"edgecolor": theme.ink, "facecolor": "none", "linewidth": 1.2, **look}
    axes.add_patch(Rectangle(at, *size, **settings))
    axes.text(at[0] + size[0] / 2, at[1] + size[1] / 2, words, ha="center", va="center", fontsize=9)


def arrow(axes: Axes, start: Point, end: Point, colour: str, **look: Any) -> None:
    """An arrow from one point to another."""
    settings = {"arrowstyle": "-|>", "mutation_scale": 11, "linewidth": 1.4, **look}
    axes.add_patch(FancyArrowPatch(start, end, color=colour, shrinkA=0, shrinkB=0, **settings))


def number_grid(
    axes: Axes, corner: Point, values: np.ndarray, theme: plots.Theme, grey: bool = False
) -> None:
    """Numbers in squares of side 1, downwards from the upper left `corner`."""
    for (row, column), value in np.ndenumerate(values):
        x, y = corner[0] + column, corner[1] - row - 1
        ground = str(value) if grey else "none"
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=ground, edgecolor=theme.ink, lw=0.7))
        ink = theme.ink
        if grey:
            light = luminance(value, value, value)
            ink = max(("#000000", "#ffffff"), key=lambda c: contrast(float(c == "#ffffff"), light))
        words = f"{value:.1f}".replace("-0.0", "0.0").replace("-", "−")
        axes.text(x + 0.5, y + 0.5, words, ha="center", va="center", fontsize=8, color=ink)


def note(axes: Axes, at: Point, words: str, **look: Any) -> None:
    """Words of a diagram, left-aligned by default."""
    axes.text(*at, words, **{"fontsize": 9, "ha": "left", "va": "center", **look})
