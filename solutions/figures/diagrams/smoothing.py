"""The diagram of a certified radius by randomised smoothing."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from matplotlib.patches import Circle
from scipy.stats import beta

from course import plots
from course.plots.style import canvas
from solutions.figures.diagrams.pieces import arrow, note

SIGMA = 0.5


DRAWS = 200


ALPHA = 0.001


AT = np.array([-0.45, 0.0])


def _border(heights: np.ndarray) -> np.ndarray:
    """The boundary of a classifier of two pixels: a line with a bulge of B towards x."""
    found: np.ndarray = 0.55 - 0.75 * np.exp(-(((heights + 0.35) / 0.13) ** 2))
    return found


def smoothing_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """Votes of noisy copies, and the radius that their share certifies."""
    cloud = AT + SIGMA * np.random.RandomState(0).standard_normal((DRAWS, 2))
    votes = cloud[:, 0] < _border(cloud[:, 1])
    # Clopper and Pearson's lower bound, as in the lecture: the share itself would be too large.
    share = float(beta.ppf(ALPHA, votes.sum(), DRAWS - votes.sum() + 1))
    radius = SIGMA * NormalDist().inv_cdf(share)
    title = f"{votes.sum()} of {DRAWS} votes for A certify R = {radius:.2f}"
    alt = (
        "A point x left of the border between the classes A and B, of which a thin tongue comes "
        "close to it, and a cloud of noisy copies around it, drawn with a standard deviation of "
        f"{SIGMA}. {votes.sum()} of {DRAWS} copies fall on the side of A. A circle of radius "
        f"{radius:.2f} around x, sigma times the inverse normal distribution function of the "
        f"share's lower bound, {share:.3f}, marks how far x may move before B could win the vote. "
        "The tongue reaches into the circle: the promise is about the vote, not about each answer "
        "of the classifier"
    )
    with canvas(theme, 3.9, title=title, alt=alt) as figure:
        axes = figure.add_subplot()
        axes.set(xlim=(-2.1, 1.5), ylim=(-1.45, 1.45), aspect="equal")
        axes.set_axis_off()
        heights = np.linspace(-1.45, 1.45, 160)
        axes.plot(_border(heights), heights, color=theme.ink, lw=1.8)
        for side, colour, mark in ((votes, theme.series[0], "o"), (~votes, theme.series[1], "^")):
            axes.plot(*cloud[side].T, mark, color=colour, ms=2.6, alpha=0.75)
        axes.add_patch(Circle(tuple(AT), radius, fill=False, ec=theme.ink, lw=2, ls="--"))
        end = AT + radius * np.array([-1, 1]) / np.sqrt(2)
        arrow(axes, tuple(AT), tuple(end), theme.ink)
        axes.plot(*AT, "o", color=theme.ink, ms=6)
        note(axes, (AT[0] + 0.06, AT[1] - 0.13), "$x$", fontsize=11)
        note(axes, (end[0] - 0.03, end[1] + 0.1), "$R$", ha="right", fontsize=11)
        note(axes, (-2.05, 1.25), f"A: {votes.sum()} of {DRAWS} votes", color=theme.series[0])
        note(axes, (-2.05, -1.3), f"σ = {SIGMA:g}, 99.9 % sure", fontsize=8.5)
        note(axes, (1.45, -1.3), "B", ha="right", color=theme.series[1], fontsize=11)
    return figure
