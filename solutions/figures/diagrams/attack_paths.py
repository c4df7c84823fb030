"""The paths of FGSM and PGD on a function of two variables, computed where they are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from course import plots
from course.plots.style import canvas
from solutions.figures.diagrams.pieces import arrow, note

EPSILON = 1.0


STEP = 0.45


STEPS = 8


CENTRE = np.array([0.0, 0.0])


def _loss(x: np.ndarray) -> np.ndarray:
    """A loss of two pixels that looks linear at the centre and bends further out."""
    a, b = x[..., 0], x[..., 1]
    hill = 2.2 * np.exp(-(((a - 0.95) / 0.55) ** 2) - ((b + 0.35) / 0.6) ** 2)
    found: np.ndarray = 0.35 * a + 0.3 * b - 0.35 * b**2 + hill
    return found


def _gradient(x: np.ndarray) -> np.ndarray:
    """The derivative of `_loss`, by central differences."""
    shifts = 1e-5 * np.eye(2)
    return np.array([(_loss(x + s) - _loss(x - s)) / 2e-5 for s in shifts])


def _paths() -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
    """The end of FGSM, and for each step of PGD the points before and after projection."""
    fgsm = CENTRE + EPSILON * np.sign(_gradient(CENTRE))
    x, steps = CENTRE, []
    for _ in range(STEPS):
        moved = x + STEP * np.sign(_gradient(x))
        x = CENTRE + np.clip(moved - CENTRE, -EPSILON, EPSILON)
        steps.append((moved, x))
    return fgsm, steps


def ball_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """The square of allowed changes, one long step and many short ones on a curved loss."""
    fgsm, steps = _paths()
    end = max((x for _, x in steps), key=lambda x: float(_loss(x)))
    title = f"FGSM reaches a loss of {_loss(fgsm):.2f}, PGD one of {_loss(end):.2f}"
    outside = [n for n, (moved, x) in enumerate(steps, 1) if (moved != x).any()]
    alt = (
        "A square around x, the ball of the largest change epsilon, over lines of equal loss, with "
        "a hill at its right side. FGSM takes one long step to the upper right corner and passes "
        f"the hill by. PGD takes {STEPS} short steps, turns when the gradient does, and ends on "
        f"the hill. Step {outside[0]} would leave the square and is put back on its side"
    )
    with canvas(theme, 4.2, title=title, alt=alt) as figure:
        axes = figure.add_subplot()
        axes.set(xlim=(-1.35, 1.95), ylim=(-1.3, 1.3), aspect="equal")
        axes.set_axis_off()
        a, b = np.meshgrid(np.linspace(-1.35, 1.95, 90), np.linspace(-1.3, 1.3, 72))
        axes.contour(
            a, b, _loss(np.stack([a, b], axis=-1)), 14, colors=theme.faint, linewidths=1, zorder=0
        )
        axes.add_patch(Rectangle((-1, -1), 2, 2, fill=False, ec=theme.ink, lw=1.8))
        arrow(axes, (0, 0), (float(fgsm[0]), float(fgsm[1])), theme.series[1], linewidth=2)
        before = CENTRE
        for moved, x in steps:
            arrow(axes, tuple(before), tuple(moved), theme.series[0], mutation_scale=8)
            if (moved != x).any():
                axes.plot(*zip(moved, x, strict=True), color=theme.series[0], ls=":", lw=1.6)
            axes.plot(*x, "o", color=theme.series[0], ms=3.5)
            before = x
        axes.plot(0, 0, "o", color=theme.ink, ms=5)
        note(axes, (-0.12, -0.02), "$x$", ha="right", fontsize=11)
        note(axes, (fgsm[0] + 0.06, fgsm[1] + 0.05), "FGSM", color=theme.series[1])
        note(axes, (1.5, -0.62), "PGD", color=theme.series[0])
        axes.annotate(
            "", (-1, -1.13), (0, -1.13), arrowprops={"arrowstyle": "<->", "color": theme.ink}
        )
        note(axes, (-0.5, -1.22), "ε", ha="center")
        note(axes, (1.06, 0.55), "dotted: projection,\nback into the ball", fontsize=8.5)
    return figure
