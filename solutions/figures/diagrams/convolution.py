"""The diagram of a convolution, its numbers computed where they are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from course import plots
from course.plots.style import canvas
from solutions.figures.diagrams.pieces import note, number_grid, stage

IMAGE = np.array(
    [
        [0.0, 0.2, 0.9, 1.0, 1.0],
        [0.0, 0.3, 1.0, 1.0, 1.0],
        [0.0, 0.1, 0.8, 1.0, 1.0],
        [0.0, 0.2, 0.9, 1.0, 1.0],
        [0.0, 0.3, 1.0, 1.0, 1.0],
    ]
)


KERNEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


BIAS = -0.5


def _convolved() -> np.ndarray:
    """The kernel on every place of the image, with the bias."""
    patches = np.lib.stride_tricks.sliding_window_view(IMAGE, KERNEL.shape)
    found: np.ndarray = (patches * KERNEL).sum(axis=(2, 3)) + BIAS
    return found


def convolution_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """The kernel of the lecture on how a CNN sees, sliding over an image with an edge."""
    found = _convolved()
    title = f"One kernel: {found[0, 0]:.1f} on the edge, {found[1, 2]:.1f} beside it".replace(
        "-0.0", "0"
    )
    told = "; ".join(" ".join(f"{value:.1f}" for value in row) for row in found)
    alt = (
        "An image of 5 by 5 pixels, dark on the left and bright on the right. A window of 3 by 3 "
        "pixels at its upper left corner is multiplied place by place with a kernel of 3 by 3 "
        "weights, and the sum plus the bias "
        f"{BIAS} becomes the upper left number of a map of 3 by 3. The window then moves by one "
        f"pixel. The rows of the map: {told}"
    )
    with canvas(theme, 3.1, title=title, alt=alt) as figure:
        axes = stage(figure, 14, 7.2)
        first, second = theme.series[1], theme.series[0]
        number_grid(axes, (0.1, 6.2), IMAGE, theme, grey=True)
        number_grid(axes, (6.1, 5.2), KERNEL, theme)
        number_grid(axes, (10.9, 5.2), found, theme)
        axes.add_patch(Rectangle((0.1, 3.2), 3, 3, fill=False, ec=first, lw=3))
        axes.add_patch(Rectangle((10.9, 4.2), 1, 1, fill=False, ec=first, lw=3))
        axes.add_patch(Rectangle((1.1, 3.2), 3, 3, fill=False, ec=second, lw=2, ls="--"))
        axes.add_patch(Rectangle((11.9, 4.2), 1, 1, fill=False, ec=second, lw=2, ls="--"))
        note(axes, (2.6, 6.8), "image", ha="center")
        note(axes, (7.6, 5.8), "kernel $w$", ha="center")
        note(axes, (12.4, 5.8), "map $z$", ha="center")
        note(axes, (5.6, 3.7), "·", ha="center", fontsize=18)
        note(axes, (10.0, 3.7), f"− {-BIAS}  =", ha="center")
        note(axes, (7.6, 1.35), "multiply place\nby place, add up", ha="center")
        note(axes, (12.4, 1.35), "one number\nfor each place", ha="center")
    return figure
