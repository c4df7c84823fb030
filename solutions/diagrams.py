"""The lectures' diagrams: what an attack, a hook, a loop or the grader does, drawn as a picture.

They show no measurement. What is computed in them is computed where it is drawn: the convolution,
the paths of two attacks on a function of two variables, and a certified radius.
`solutions.figures` writes them beside the figures of the lectures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from scipy.stats import beta

from course import plots
from course.plot_style import canvas, contrast, luminance
from solutions.fgsm_figures import Drawing

Point = tuple[float, float]

# --- pieces ---------------------------------------------------------------------------------------


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


def _grid(
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
    """Words of a diagram, left-aligned unless said otherwise."""
    axes.text(*at, words, **{"fontsize": 9, "ha": "left", "va": "center", **look})


# --- convolution ----------------------------------------------------------------------------------

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


def _convolution(_: Any, theme: plots.Theme) -> plots.CourseFigure:
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
        _grid(axes, (0.1, 6.2), IMAGE, theme, grey=True)
        _grid(axes, (6.1, 5.2), KERNEL, theme)
        _grid(axes, (10.9, 5.2), found, theme)
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


# --- hooks ----------------------------------------------------------------------------------------


def _hook(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """A forward pass through four modules, one of which has a hook, and a call that has none."""
    alt = (
        "Five steps of a forward pass from left to right: conv1, relu1, conv2, a call of F.relu, "
        "and logits. 1: relu1 runs. 2: its output is handed to the hook, which writes mean, spread "
        "and zeros into monitor.stats under the name relu1 and returns nothing. 3: the output goes "
        "on to conv2 as it was. F.relu is drawn dashed: it is a call and no module, so no hook can "
        "be put on it"
    )
    names = ["conv1", "relu1", "conv2", "F.relu", "logits"]
    with canvas(theme, 2.9, title="A hook sees relu1; F.relu it cannot see", alt=alt) as figure:
        axes = stage(figure, 14, 6.6)
        for place, name in enumerate(names):
            call = name == "F.relu"
            look: dict[str, Any] = {"linestyle": "--"} if call else {}
            if name == "relu1":
                look = {"edgecolor": theme.series[1], "linewidth": 2.2}
            box(axes, (0.3 + 2.8 * place, 1.6), (2, 1.2), name, theme, **look)
            if place:
                arrow(axes, (2.8 * place - 0.5, 2.2), (2.8 * place + 0.3, 2.2), theme.ink)
        box(axes, (2.6, 4.6), (6.4, 1.3), "", theme, edgecolor=theme.series[1])
        note(axes, (5.8, 5.5), 'monitor.stats["relu1"]', ha="center", family="monospace")
        note(axes, (5.8, 4.98), "mean, std, min, max, zeros, shape", ha="center")
        arrow(axes, (4.1, 2.85), (4.1, 4.55), theme.series[1])
        note(axes, (4.35, 3.7), "2  hook(module, inputs, output)")
        note(axes, (4.1, 1.35), "1  runs", ha="center", va="top")
        note(axes, (6.9, 1.35), "3  goes on\nas it was", ha="center", va="top")
        note(axes, (9.7, 1.35), "no module:\nnothing fires", ha="center", va="top")
    return figure


# --- the ball, FGSM and PGD -----------------------------------------------------------------------

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
    """Where FGSM ends, and PGD's steps: where each led, and where projection put it."""
    fgsm = CENTRE + EPSILON * np.sign(_gradient(CENTRE))
    x, steps = CENTRE, []
    for _ in range(STEPS):
        moved = x + STEP * np.sign(_gradient(x))
        x = CENTRE + np.clip(moved - CENTRE, -EPSILON, EPSILON)
        steps.append((moved, x))
    return fgsm, steps


def _ball(_: Any, theme: plots.Theme) -> plots.CourseFigure:
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


# --- the min-max loop -----------------------------------------------------------------------------


def _min_max(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """One batch of adversarial training: first the images are moved, then the weights."""
    alt = (
        "A loop of 4 boxes. A clean batch goes to the attack, which raises the loss by moving the "
        "images and leaves the weights alone: the inner maximum, repeated k times. The attacked "
        "batch goes to one training step, which lowers the loss by moving the weights and leaves "
        "the images alone: the outer minimum. The new weights go back to the attack for the next "
        "batch"
    )
    inner, outer = theme.series[1], theme.series[0]
    with canvas(
        theme, 3.2, title="The attacker moves first, the weights second", alt=alt
    ) as figure:
        axes = stage(figure, 14, 7.6)
        box(axes, (0.2, 4.6), (3.2, 1.5), "clean batch\n$x, y$", theme)
        box(axes, (5.2, 4.2), (8.4, 2.4), "", theme, edgecolor=inner, linewidth=2.2)
        note(axes, (9.4, 6.05), "inner maximum: the attack, $k$ steps", ha="center", color=inner)
        note(
            axes,
            (9.4, 5.2),
            "$\\delta$ moves up the loss, kept within ε\nweights $\\theta$ stay",
            ha="center",
            va="center",
        )
        box(axes, (5.2, 0.6), (8.4, 2.2), "", theme, edgecolor=outer, linewidth=2.2)
        note(axes, (9.4, 2.25), "outer minimum: one training step", ha="center", color=outer)
        note(
            axes,
            (9.4, 1.4),
            "$\\theta$ moves down the loss at $x + \\delta$\nimages stay",
            ha="center",
        )
        box(axes, (0.2, 0.95), (3.2, 1.5), "new weights $\\theta$", theme)
        arrow(axes, (3.4, 5.35), (5.2, 5.35), theme.ink)
        arrow(axes, (11.4, 4.2), (11.4, 2.8), theme.ink)
        note(axes, (11.6, 3.5), "$x + \\delta$")
        arrow(axes, (5.2, 1.7), (3.4, 1.7), theme.ink)
        arrow(axes, (2.2, 2.45), (6.2, 4.2), theme.ink)
        note(axes, (3.1, 3.75), "next batch", ha="center")
    return figure


# --- the grader -----------------------------------------------------------------------------------


def _grader(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """Supervisor, worker and judge, and what passes between them."""
    alt = (
        "3 boxes. The supervisor above starts the two others and keeps clocks and limits. Below on "
        "the left the worker runs the student's code in an empty folder without a network; it "
        "holds no expected value and no bar. Below on the right the judge holds the reference, the "
        "hidden inputs and the bars, and alone gives points. Between worker and judge only bytes "
        "pass: inputs one way, answers as tensors and numbers the other, never a verdict"
    )
    with canvas(theme, 3.3, title="3 parts, and nothing but bytes between them", alt=alt) as figure:
        axes = stage(figure, 14, 7.8)
        box(axes, (3.5, 5.9), (7, 1.6), "supervisor\nstarts, stops, clocks, limits", theme)
        box(
            axes,
            (0.2, 0.5),
            (4.7, 3.3),
            "worker\n\nruns student code\nin an empty folder:\nno network, no bar,"
            "\nno expected value",
            theme,
            edgecolor=theme.series[1],
            linewidth=2.2,
            linestyle="--",
        )
        box(
            axes,
            (9.1, 0.5),
            (4.7, 3.3),
            "judge\n\nholds reference,\nhidden inputs, bars;\nrecomputes all,\nalone gives points",
            theme,
            edgecolor=theme.series[0],
            linewidth=2.2,
        )
        arrow(axes, (5, 5.9), (2.8, 3.85), theme.ink)
        arrow(axes, (9, 5.9), (11.2, 3.85), theme.ink)
        arrow(axes, (9.1, 2.9), (4.95, 2.9), theme.ink)
        note(axes, (7, 3.25), "inputs", ha="center")
        arrow(axes, (4.9, 1.5), (9.05, 1.5), theme.ink)
        note(axes, (7, 1.05), "tensors, numbers", ha="center")
    return figure


# --- randomised smoothing -------------------------------------------------------------------------

SIGMA = 0.5
DRAWS = 200
ALPHA = 0.001
AT = np.array([-0.45, 0.0])


def _border(heights: np.ndarray) -> np.ndarray:
    """Where a classifier of two pixels changes its answer: a line with a tongue of B towards x."""
    found: np.ndarray = 0.55 - 0.75 * np.exp(-(((heights + 0.35) / 0.13) ** 2))
    return found


def _smoothing(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """Votes of noisy copies, and the radius that their share certifies."""
    cloud = AT + SIGMA * np.random.RandomState(0).standard_normal((DRAWS, 2))
    votes = cloud[:, 0] < _border(cloud[:, 1])
    # Clopper and Pearson's lower bound, as in the lecture: the share itself would promise too much.
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


DIAGRAMS: Mapping[str, Callable[[Any, plots.Theme], plots.CourseFigure]] = {
    "diagram-convolution": _convolution,
    "diagram-hook": _hook,
    "diagram-ball": _ball,
    "diagram-min-max": _min_max,
    "diagram-grader": _grader,
    "diagram-smoothing": _smoothing,
}
FIGURES = {name: Drawing((draw.__doc__ or "").rstrip("."), draw) for name, draw in DIAGRAMS.items()}
