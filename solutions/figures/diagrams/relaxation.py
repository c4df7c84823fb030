"""The diagram of a linear relaxation of ReLU."""

from __future__ import annotations

from typing import Any

import numpy as np

from course import plots
from course.plots.style import canvas, plain_axes

LOW, HIGH = -1.0, 2.0


def relaxation_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """A ReLU in doubt between a line above and a line below."""
    slope = HIGH / (HIGH - LOW)
    alt = (
        f"A ReLU with its input between l = {LOW:g} and u = {HIGH:g}. The upper line joins the "
        f"ends of the ReLU with slope {slope:.2f}. Two lower lines: the identity and zero. The "
        "area between the upper line and the identity is shaded: it is smaller than the one above "
        "zero, since u is larger than -l"
    )
    with canvas(theme, 3.3, title="A ReLU in doubt, between two lines", alt=alt) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        z = np.linspace(LOW, HIGH, 301)
        axes.fill_between(z, z, slope * (z - LOW), color=theme.series[0], alpha=0.18, lw=0)
        axes.plot(z, slope * (z - LOW), color=theme.series[0], lw=1.8, label="line above")
        axes.plot(z, z, color=theme.series[1], lw=1.8, ls="--", label="below, a = 1")
        axes.plot(z, 0 * z, color=theme.series[2], lw=1.8, ls=":", label="below, a = 0")
        axes.plot(z, np.maximum(z, 0), color=theme.ink, lw=2.4, label="ReLU")
        axes.set(xlabel="z", ylabel="max(0, z)", ylim=(-1.1, 2.2))
        figure.legend(loc="outside right upper", fontsize=9)
    return figure
