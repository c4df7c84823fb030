"""Figures of how an attack proceeds: the loss from step to step, drawn as all of `course.plots`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from course.errors import CourseError
from course.plots.inputs import few, fractions, numbers
from course.plots.style import LIGHT, LINES, MARKERS, CourseFigure, Theme, canvas, plain_axes


def convergence(
    curves: Mapping[str, Sequence[float]],
    *,
    x_label: str = "Steps",
    y_label: str = "Mean loss (nats)",
    title: str | None = None,
    theme: Theme = LIGHT,
) -> CourseFigure:
    """A value after each step of an attack, from step 0 on, a line for each of at most five curves.

    `curves` maps a name ("step size 0.01") to one finite number for each step, the first before any
    step; they may differ in length. Raises CourseError for a curve of fewer than two points, or
    values that are not finite.
    """
    lines = {name: numbers(values, name) for name, values in few(curves).items()}
    for name, line in lines.items():
        if line.ndim != 1 or len(line) < 2:
            raise CourseError(f"'{name}' needs a value before the first step and one after it")
    highest = max(lines, key=lambda name: lines[name][-1])
    heading = title or f"{highest} ends highest, at {lines[highest][-1]:.3g}"
    told = ". ".join(f"{name}: {_course(line)}" for name, line in lines.items())
    with canvas(theme, 3.9, title=heading, alt=f"{y_label} against {x_label}. {told}") as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        for i, (name, line) in enumerate(lines.items()):
            axes.plot(
                np.arange(len(line)),
                line,
                label=name,
                color=theme.series[i],
                linestyle=LINES[i],
                marker=MARKERS[i],
                markersize=5,
                markevery=max(1, len(line) // 8),
            )
        axes.set(xlabel=x_label, ylabel=y_label)
        axes.set_xlim(0, max(len(line) for line in lines.values()) - 1)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside lower left", ncols=2, fontsize=10)
    return figure


def printed_and_converted(
    printed: Mapping[str, Mapping[float, float]],
    converted: Mapping[str, Mapping[float, float]],
    *,
    title: str | None = None,
    theme: Theme = LIGHT,
) -> CourseFigure:
    """The same curves twice, side by side: epsilon as it stands in print, and in pixel units.

    Both map a name to {epsilon: accuracy in %}, at most five names; `converted` may read a printed
    curve in several ways. Raises CourseError for a curve without points, and values that are not
    finite or an accuracy out of range.
    """
    heading = title or "The same tables: ε as printed, and in pixels"
    told = []
    with canvas(theme, 4.4, width=7.2, title=heading, alt="") as figure:
        panels = figure.subplots(1, 2, sharey=True)
        labels = ("ε as printed", "ε in pixel units")
        for axes, curves, label in zip(panels, (printed, converted), labels, strict=True):
            plain_axes(axes, theme)
            for i, (name, curve) in enumerate(few(curves).items()):
                x = numbers(sorted(curve), f"epsilons of '{name}'")
                y = 100 * fractions([curve[e] / 100 for e in sorted(curve)], name, len(x))
                look = {"color": theme.series[i], "linestyle": LINES[i], "marker": MARKERS[i]}
                axes.plot(x, y, label=name, markersize=6, clip_on=False, **look)
                told.append(
                    f"{label}, {name}: {y[0]:.0f} % at {x[0]:.3g} to {y[-1]:.0f} % at {x[-1]:.3g}"
                )
            axes.set(xlabel=label, xlim=(0, 0.32), ylim=(0, 100))
        panels[0].set_ylabel("Accuracy under FGSM (%)")
        handles, names = panels[1].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower left", ncols=2, fontsize=10)
        figure.course_alt = f"{heading}. {'. '.join(told)}."
    return figure


def _course(line: np.ndarray) -> str:
    """A line's beginning, where it has made nine tenths of its way, and its end."""
    way = np.abs(line - line[0]) >= 0.9 * np.abs(line[-1] - line[0])
    return f"{line[0]:.3g} at 0, {line[way.argmax()]:.3g} at {way.argmax()}, ends at {line[-1]:.3g}"
