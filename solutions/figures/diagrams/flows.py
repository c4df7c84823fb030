"""Diagrams of the order of events: a hook, the min-max game, the grader."""

from __future__ import annotations

from typing import Any

from course import plots
from course.plots.style import canvas
from solutions.figures.diagrams.pieces import arrow, box, note, stage


def hook_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
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


def min_max_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
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


def grader_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
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
