"""Figures made of lines: accuracy against epsilon, training curves, activation drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from course.errors import CourseError
from course.plots.inputs import bands_of, few, fractions, numbers
from course.plots.style import (
    HATCHES,
    LIGHT,
    LINES,
    MARKERS,
    CourseFigure,
    Theme,
    canvas,
    plain_axes,
)
from course.plots.words import legend_columns, percent


class HistoryLike(Protocol):
    """The result of `course.training.fit`: a value for each epoch, accuracy as a fraction."""

    @property
    def loss(self) -> Sequence[float]:
        """The mean loss of each epoch, in nats."""

    @property
    def accuracy(self) -> Sequence[float]:
        """The fraction that was right in each epoch, in [0, 1]."""


def robustness_curve(
    epsilons: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    *,
    intervals: Mapping[str, tuple[Sequence[float], Sequence[float]]] | None = None,
    chance: float | None = None,
    x_label: str | None = None,
    alt_points: int = 5,
    title: str | None = None,
    theme: Theme = LIGHT,
) -> CourseFigure:
    """Accuracy against epsilon, a line for each of at most five named `curves`.

    `epsilons` rise, in pixel units (the upper axis shows them in 255ths, unless `x_label` gives
    another meaning); accuracies are fractions in [0, 1]. `intervals` maps a curve's name to its
    lower and upper ends, drawn as a band. `chance` draws the accuracy of guessing. The alternative
    text names `alt_points` points of each curve, or all where there are fewer. Raises CourseError
    when lengths differ, a value is not finite or out of range, or `alt_points` is below 2.
    """
    x = numbers(epsilons, "epsilons")
    if len(x) < 2 or (np.diff(x) <= 0).any() or x[0] < 0:
        raise CourseError("epsilons must rise from 0 or more, with at least two of them")
    lines = {name: fractions(values, name, len(x)) for name, values in few(curves).items()}
    bands = bands_of(intervals or {}, lines, len(x))
    name, line = min(lines.items(), key=lambda item: item[1][-1])
    heading = (
        title or f"{name}: {percent(line[0])} at ε = {x[0]:g}, {percent(line[-1])} at {x[-1]:g}"
    )
    if alt_points < 2:
        raise CourseError(f"alt_points is {alt_points}; the alternative text needs 2 or more")
    told = ". ".join(f"{name}: {_points(x, line, alt_points)}" for name, line in lines.items())
    label = x_label or "ε (pixel units: 0 is black, 1 is white)"
    with canvas(theme, 3.9, title=heading, alt=f"Accuracy against {label}. {told}") as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        for i, (name, line) in enumerate(lines.items()):
            axes.plot(
                x, 100 * line, label=name, markersize=6, clip_on=False, zorder=3, **_look(theme, i)
            )
            if name in bands:
                low, high = bands[name]
                axes.fill_between(x, 100 * low, 100 * high, color=theme.series[i], alpha=0.22, lw=0)
        if chance is not None:
            axes.axhline(100 * chance, color=theme.ink, linewidth=1.2, linestyle=(0, (1, 3)))
            axes.annotate(
                "guessing",
                (x[0], 100 * chance),
                (4, 3),
                textcoords="offset points",
                ha="left",
                fontsize=9,
            )
        axes.set(xlabel=label, ylabel="Accuracy (%)", xlim=(x[0], x[-1]), ylim=(0, 100))
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda e, _: f"{e:g}"))
        if x_label is None:
            _in_255ths(axes)
        figure.legend(loc="outside lower left", ncols=legend_columns(lines), fontsize=10)
    return figure


def training_curves(
    histories: Mapping[str, HistoryLike], *, title: str | None = None, theme: Theme = LIGHT
) -> CourseFigure:
    """Loss above accuracy, for each epoch, a line for each of at most five named histories.

    A history has `loss` and `accuracy`, lists of one value per epoch. Raises CourseError when they
    differ in length, are empty, or a loss is not finite: that training diverged.
    """
    runs = {}
    for name, history in few(histories).items():
        loss = numbers(history.loss, f"loss of '{name}'")
        runs[name] = (loss, fractions(history.accuracy, f"accuracy of '{name}'", len(loss)))
    told = "; ".join(
        f"{name}: loss {loss[0]:.3g} to {loss[-1]:.3g}, accuracy {percent(right[0])} to "
        f"{percent(right[-1])} in {len(loss)} epochs"
        for name, (loss, right) in runs.items()
    )
    best = max(runs, key=lambda name: runs[name][1][-1])
    heading = title or f"{best} ends at {percent(runs[best][1][-1])} training accuracy"
    with canvas(theme, 4.4, title=heading, alt=f"Loss and accuracy by epoch. {told}") as figure:
        above, below = figure.subplots(2, 1, sharex=True)
        for i, (name, (loss, right)) in enumerate(runs.items()):
            epochs = np.arange(1, len(loss) + 1)
            above.plot(epochs, loss, label=name, markersize=5, **_look(theme, i))
            below.plot(epochs, 100 * right, markersize=5, **_look(theme, i))
        for axes in (above, below):
            plain_axes(axes, theme)
        above.set(ylabel="Loss (nats)", ylim=(0, None))
        below.set(ylabel="Accuracy (%)", xlabel="Epoch")
        below.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.align_ylabels()
        figure.legend(loc="outside lower left", ncols=legend_columns(runs), fontsize=10)
    return figure


def activation_drift(
    drifts: Mapping[str, Mapping[str, float]], *, title: str | None = None, theme: Theme = LIGHT
) -> CourseFigure:
    """The change of each layer's output, layers from the input down, a bar for each of `drifts`.

    `drifts` maps a name ("FGSM") to layer name -> relative L2 change, in the order of the layers.
    Raises CourseError when the layers of two entries differ or a drift is negative or not finite.
    """
    layers = list(next(iter(few(drifts).values())))
    values = {}
    for name, drift in drifts.items():
        if list(drift) != layers:
            raise CourseError(f"'{name}' has the layers {list(drift)}, the first has {layers}")
        values[name] = numbers([drift[layer] for layer in layers], name)
        if (values[name] < 0).any():
            raise CourseError(f"'{name}' has a negative drift; a relative change is 0 or more")
    name = max(values, key=lambda key: values[key].max())
    most = int(values[name].argmax())
    heading = title or f"{name} moves '{layers[most]}' most, by {percent(values[name][most])}"
    told = ". ".join(
        f"{name}: "
        + ", ".join(f"{layer} {percent(v)}" for layer, v in zip(layers, row, strict=True))
        for name, row in values.items()
    )
    thickness = 0.8 / len(values)
    with canvas(theme, 1.7 + 0.34 * len(layers), title=heading, alt=told) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        axes.grid(visible=False, axis="y")
        for i, (name, row) in enumerate(values.items()):
            place = np.arange(len(layers)) + (i + 0.5) * thickness - 0.4
            bars = axes.barh(place, 100 * row, thickness, label=name, color=theme.series[i])
            for bar in bars:
                bar.set(hatch=HATCHES[i], edgecolor=theme.paper, linewidth=0)
        axes.set_yticks(range(len(layers)), layers)
        axes.invert_yaxis()
        axes.set_xlabel("Relative change of the layer's output (%)")
        figure.legend(loc="outside lower left", ncols=legend_columns(values), fontsize=10)
    return figure


def _look(theme: Theme, i: int) -> dict[str, Any]:
    """The look of the i-th line, different from the others in colour and without."""
    return {"color": theme.series[i], "linestyle": LINES[i], "marker": MARKERS[i]}


def _in_255ths(axes: Axes) -> None:
    """A second axis above, for readers who count the grey levels of an 8-bit image."""
    upper = axes.secondary_xaxis("top", functions=(_times_255, _over_255))
    upper.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    upper.xaxis.set_major_formatter(FuncFormatter(lambda k, _: f"{k:g}/255"))
    upper.tick_params(labelsize=9)
    upper.spines["top"].set_visible(False)


def _times_255(epsilon: Any) -> Any:
    return epsilon * 255


def _over_255(levels: Any) -> Any:
    return levels / 255


def _points(x: np.ndarray, line: np.ndarray, most: int) -> str:
    """At most so many points of a line: its ends and some evenly between."""
    wanted = sorted({round(place) for place in np.linspace(0, len(x) - 1, most)})
    return ", ".join(f"{percent(line[i])} at {x[i]:.3g}" for i in wanted)
