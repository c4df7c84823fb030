"""Diagrams of an attacker's options: balls of four norms, and the entry points of an attack."""

from __future__ import annotations

from typing import Any

import numpy as np

from course import plots
from course.plots.style import canvas, plain_axes
from solutions.figures.diagrams.pieces import arrow, box, note, stage


def norm_balls_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """Everything that two pixels may do within a budget of 1, in four norms."""
    alt = (
        "4 panels with the two pixels' changes as axes. L0: the two axes alone, since one pixel "
        "may change by any amount. L1: a square standing on its corner. L2: a circle. L infinity: "
        "an upright square, the largest of the last 3. A point with both changes 0.6 lies inside "
        "the circle and the upright square, and outside the standing square"
    )
    angles = np.linspace(0, 2 * np.pi, 200)
    shapes = {
        "$L_1$": np.array([[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]], dtype=float),
        "$L_2$": np.stack([np.cos(angles), np.sin(angles)], axis=1),
        "$L_\\infty$": np.array([[1, 1], [-1, 1], [-1, -1], [1, -1], [1, 1]], dtype=float),
    }
    title = "Two pixels, a budget of 1, four norms"
    with canvas(theme, 2.3, width=6.4, title=title, alt=alt) as figure:
        panels = figure.subplots(1, 4, sharey=True)
        for axes, name in zip(panels, ("$L_0$", *shapes), strict=True):
            plain_axes(axes, theme)
            axes.set(xlim=(-1.4, 1.4), ylim=(-1.4, 1.4), aspect="equal", title=name)
            axes.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
            if name in shapes:
                axes.fill(*shapes[name].T, color=theme.series[0], alpha=0.25, lw=0)
                axes.plot(*shapes[name].T, color=theme.series[0], lw=1.6)
            else:
                axes.plot([-1.4, 1.4], [0, 0], color=theme.series[0], lw=3)
                axes.plot([0, 0], [-1.4, 1.4], color=theme.series[0], lw=3)
            axes.plot(0.6, 0.6, "s", color=theme.series[1], ms=5)
        panels[0].set_ylabel("pixel 2", fontsize=9)
        figure.supxlabel("change of pixel 1; the mark is (0.6, 0.6)", fontsize=9)
    return figure


def threat_model_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """From an object to a decision, and where attackers of different capability stand."""
    alt = (
        "A chain of 5 boxes: object, camera, file, network, decision. Training data point to the "
        "network from below. Arrows from above mark what an attacker may reach: paint on the "
        "object, light on the camera, pixels of the file (this course), questions to the network. "
        "From below: poisoned images in the training data"
    )
    with canvas(
        theme, 3.0, width=6.4, title="Where an attacker stands decides the attack", alt=alt
    ) as figure:
        axes = stage(figure, 20, 9)
        names = ("object", "camera", "file", "network", "decision")
        for place, name in enumerate(names):
            look = {"edgecolor": theme.series[0], "linewidth": 2.2} if name == "file" else {}
            box(axes, (0.2 + 4 * place, 3.6), (3, 1.6), name, theme, **look)
            if place:
                arrow(axes, (4 * place - 0.8, 4.4), (4 * place + 0.2, 4.4), theme.ink)
        reached = {"paint,\nstickers": 1.7, "light,\nlaser": 5.7, "pixels:\nthis course": 9.7}
        for words, x in (reached | {"questions\nand answers": 13.7}).items():
            colour = theme.series[0] if "course" in words else theme.series[1]
            arrow(axes, (x, 6.6), (x, 5.3), colour)
            note(axes, (x, 7.6), words, ha="center", color=colour)
        box(axes, (12.2, 0.3), (3, 1.6), "training\ndata", theme)
        arrow(axes, (13.7, 1.9), (13.7, 3.6), theme.ink)
        arrow(axes, (10.4, 1.1), (12.1, 1.1), theme.series[1])
        note(axes, (10.2, 1.1), "poison", ha="right", color=theme.series[1])
        note(axes, (16.2, 1.1), "a system decides,\nnot a network", fontsize=8.5)
    return figure
