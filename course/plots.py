"""The course's figures: one function for each picture that a lecture or a notebook shows.

Every function takes plain numbers or tensors, checks them, and returns a matplotlib Figure whose
title says what is seen; `alt_text(figure)` says it in words and `save(figure, path)` writes it.
`theme=DARK` draws for a dark page, `title="..."` replaces the title.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb, to_rgba
from matplotlib.ticker import FuncFormatter, MaxNLocator

from course.errors import CourseError
from course.plot_inputs import (
    bands_of,
    class_indices,
    counts,
    few,
    fractions,
    image_batch,
    numbers,
    optional_fractions,
)
from course.plot_style import (
    DARK,
    EITHER,
    HATCHES,
    LIGHT,
    LINES,
    MARKERS,
    WIDTH,
    CourseFigure,
    Theme,
    alt_text,
    canvas,
    contrast,
    luminance,
    plain_axes,
    save,
)

__all__ = [
    "DARK",
    "EITHER",
    "LIGHT",
    "CourseFigure",
    "Theme",
    "activation_drift",
    "alt_text",
    "attack_grid",
    "confidence_histograms",
    "confusion_matrices",
    "image_row",
    "percent",
    "robustness_curve",
    "save",
    "training_curves",
]

MOST_NUMBERED_CLASSES = 12  # beyond, the numbers in a confusion matrix cannot be read


class HistoryLike(Protocol):
    """What `course.training.fit` returns: a value for each epoch, accuracy as a fraction."""

    @property
    def loss(self) -> Sequence[float]:
        """The mean loss of each epoch, in nats."""

    @property
    def accuracy(self) -> Sequence[float]:
        """The fraction that was right in each epoch, in [0, 1]."""


def attack_grid(
    clean: Any,
    adversarial: Any,
    *,
    labels: Any,
    clean_predictions: Any,
    adversarial_predictions: Any,
    epsilon: float,
    clean_confidences: Any = None,
    adversarial_confidences: Any = None,
    classes: Sequence[str] | None = None,
    magnify: float = 10,
    title: str | None = None,
    theme: Theme = LIGHT,
) -> CourseFigure:
    """Clean images, the perturbation magnified, and adversarial images, a column for each.

    `clean`, `adversarial`: (N, C, H, W) in [0, 1], C 1 or 3, N at most 12. `labels` and both
    predictions: N class indices; confidences: N fractions; `epsilon` in pixel units. Zero change
    is the middle of the scale, and a positive change is lighter than a negative one, so the signs
    survive printing in grey. Raises CourseError for other shapes, ranges or lengths.
    """
    before, after = image_batch(clean, "clean"), image_batch(adversarial, "adversarial")
    if before.shape != after.shape:
        raise CourseError(
            f"clean images have shape {before.shape}, adversarial {after.shape}: they must agree"
        )
    count = len(before)
    truth = class_indices(labels, "labels", count)
    first = class_indices(clean_predictions, "clean_predictions", count)
    second = class_indices(adversarial_predictions, "adversarial_predictions", count)
    sure = optional_fractions(clean_confidences, "clean_confidences", count)
    unsure = optional_fractions(adversarial_confidences, "adversarial_confidences", count)
    names = [_class_name(classes, k) for k in range(int(max(truth.max(), *first, *second)) + 1)]

    right = first == truth
    fooled = right & (second != truth)
    change = after - before
    caption = (
        f"Middle row: the change × {magnify:g}, "
        + ("dark = less, light = more" if before.shape[1] == 1 else "grey = none")
        + f".\nLargest change {np.abs(change).max():.3g}, ε = {epsilon:.3g} (pixel units)."
    )
    told = ", ".join(
        f"{names[t]} read as {names[a]}{_sure(sure, i)} then {names[b]}{_sure(unsure, i)}"
        for i, (t, a, b) in enumerate(zip(truth, first, second, strict=True))
    )
    heading = title or f"The attack turns {fooled.sum()} of {right.sum()} right answers wrong"
    alt = f"Rows: clean images, the perturbation, adversarial images. {told}. {caption}"
    wordy = _long(names, 3)
    width = max(WIDTH, 0.5 + (0.95 if wordy else 0.75) * count)
    with canvas(
        theme, 3.9 * width / WIDTH if count > 5 else 4.2, width=width, title=heading, alt=alt
    ) as figure:
        grid = figure.subplots(3, count, squeeze=False)
        for column in range(count):
            _show(grid[0, column], before[column])
            _show_change(grid[1, column], change[column] * magnify)
            _show(grid[2, column], after[column])
            fine = None if right[column] else theme.alarm
            _caption(grid[0, column], names[first[column]] + _below(sure, column), fine)
            moved = names[second[column]]
            if first[column] != second[column]:
                moved = f"{names[first[column]]} → {moved}"
            fine = None if second[column] == truth[column] else theme.alarm
            _caption(grid[2, column], moved + _below(unsure, column), fine)
        for row, name in enumerate(("clean", f"change × {magnify:g}", "adversarial")):
            grid[row, 0].set_ylabel(name, fontsize=10)
        figure.supxlabel(caption, fontsize=9, x=0.01, ha="left")
    return figure


def image_row(
    images: Any, titles: Sequence[str], *, title: str | None = None, theme: Theme = LIGHT
) -> CourseFigure:
    """`images` (N, C, H, W) in [0, 1], N at most 12, side by side under their `titles`.

    Raises CourseError for another shape, a value outside the range, or a title too few.
    """
    shown = image_batch(images, "images")
    if len(titles) != len(shown):
        raise CourseError(f"{len(shown)} images but {len(titles)} titles: give one for each")
    heading = title or f"{len(shown)} images"
    width = max(WIDTH, 0.74 * len(shown))
    height = 0.35 + 0.19 * (1 + max(words.count("\n") for words in titles)) + width / len(shown)
    alt = f"Side by side: {', '.join(titles)}"
    with canvas(theme, min(height, 3.6), width=width, title=heading, alt=alt) as figure:
        for axes, image, words in zip(
            figure.subplots(1, len(shown), squeeze=False)[0], shown, titles, strict=True
        ):
            _show(axes, image)
            axes.set_title(words, fontsize=10)
    return figure


def robustness_curve(
    epsilons: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    *,
    intervals: Mapping[str, tuple[Sequence[float], Sequence[float]]] | None = None,
    chance: float | None = None,
    x_label: str | None = None,
    title: str | None = None,
    theme: Theme = LIGHT,
) -> CourseFigure:
    """Accuracy against epsilon, a line for each of at most five named `curves`.

    `epsilons` rise, in pixel units (the upper axis shows them in 255ths, unless `x_label` gives
    another meaning); accuracies are fractions in [0, 1]. `intervals` maps a curve's name to its
    lower and upper ends, drawn as a band. `chance` draws the accuracy of guessing. Raises
    CourseError when lengths differ or a value is not finite or out of range.
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
    told = ". ".join(f"{name}: {_points(x, line)}" for name, line in lines.items())
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
        figure.legend(loc="outside lower left", ncols=_columns(lines), fontsize=10)
    return figure


def confusion_matrices(
    clean: Any,
    attacked: Any,
    classes: Sequence[str],
    *,
    title: str | None = None,
    theme: Theme = LIGHT,
) -> CourseFigure:
    """Two (K, K) matrices of counts side by side: rows the true class, columns the answer.

    Colour is the share of a row; the counts are written in the cells up to 12 classes. Raises
    CourseError when a matrix is not K x K for the K `classes`, or holds anything but counts.
    """
    pair = [counts(clean, "clean", len(classes)), counts(attacked, "attacked", len(classes))]
    shares = [np.trace(m) / m.sum() for m in pair]
    heading = title or f"Right answers: {percent(shares[0])} clean, {percent(shares[1])} attacked"
    alt = f"Confusion matrices, clean and attacked. {_most_confused(pair[1], classes)}"
    with canvas(theme, 3.95, width=6.4, title=heading, alt=alt) as figure:
        axes = figure.subplots(1, 2, sharey=True)
        for ax, matrix, name, share in zip(axes, pair, ("clean", "attacked"), shares, strict=True):
            _matrix(ax, matrix, classes, theme)
            ax.set_title(f"{name}: {percent(share)} right", fontsize=11)
            ax.set_xlabel("answer")
        axes[0].set_ylabel("true class")
    return figure


def confidence_histograms(
    clean: Any, attacked: Any, *, title: str | None = None, theme: Theme = LIGHT
) -> CourseFigure:
    """How sure the model is of its answers, on clean and on attacked images, with both means.

    Two lists of confidences, each in [0, 1]; they may differ in length. Raises CourseError for an
    empty list or a value that is not finite or out of range.
    """
    groups = {"clean": fractions(clean, "clean"), "attacked": fractions(attacked, "attacked")}
    means = {name: float(values.mean()) for name, values in groups.items()}
    heading = title or (
        f"Mean confidence: {percent(means['clean'])} clean, {percent(means['attacked'])} attacked"
    )
    sure = {name: float((values >= 0.9).mean()) for name, values in groups.items()}
    alt = "Histogram of the confidence of the answer. " + "; ".join(
        f"{name}: mean {percent(means[name])}, 90 % sure or more on {percent(sure[name])} of images"
        for name in groups
    )
    edges = np.linspace(0, 1, 21)
    with canvas(theme, 3.6, title=heading, alt=alt) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        for i, (name, values) in enumerate(groups.items()):
            heights = 100 * np.histogram(values, edges)[0] / len(values)
            colour, label = theme.series[i], f"{name}, mean {percent(means[name])}"
            axes.stairs(heights, 100 * edges, fill=True, color=colour, alpha=0.25, lw=0)
            axes.stairs(heights, 100 * edges, color=colour, linestyle=LINES[i], lw=2, label=label)
            axes.axvline(100 * means[name], color=colour, linestyle=LINES[i], lw=1.2)
        axes.set(xlabel="Confidence in the answer given (%)", ylabel="Images (%)", xlim=(0, 100))
        figure.legend(loc="outside lower left", ncols=_columns(means), fontsize=10)
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
        figure.legend(loc="outside lower left", ncols=_columns(runs), fontsize=10)
    return figure


def activation_drift(
    drifts: Mapping[str, Mapping[str, float]], *, title: str | None = None, theme: Theme = LIGHT
) -> CourseFigure:
    """How far each layer's output moves, layers from the input down, a bar for each of `drifts`.

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
        figure.legend(loc="outside lower left", ncols=_columns(values), fontsize=10)
    return figure


# --- drawing ----------------------------------------------------------------------------------


def _look(theme: Theme, i: int) -> dict[str, Any]:
    """How the i-th line differs from the others, in colour and without."""
    return {"color": theme.series[i], "linestyle": LINES[i], "marker": MARKERS[i]}


def _show(axes: Axes, image: np.ndarray) -> None:
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    picture = image[0] if len(image) == 1 else image.transpose(1, 2, 0)
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="none")


def _show_change(axes: Axes, change: np.ndarray) -> None:
    """A signed picture in [-1, 1]: cividis runs from dark blue over grey to light yellow."""
    if len(change) == 3:
        _show(axes, np.clip(0.5 + change / 2, 0, 1))
        return
    _show(axes, change)
    axes.images[0].set(cmap="cividis", clim=(-1, 1))


def _caption(axes: Axes, words: str, alarm: str | None) -> None:
    """What the model said, above an image; heavier, and in the colour of alarm, where wrong."""
    wordy = len(words.partition("\n")[0]) > 8  # classes with names instead of digits
    words = words.replace(" → ", "\n→ ") if wordy else words
    title = axes.set_title(words, fontsize=9 if wordy else 10, pad=3)
    if alarm:
        title.set(color=alarm, fontweight="bold")


def _matrix(axes: Axes, matrix: np.ndarray, classes: Sequence[str], theme: Theme) -> None:
    colour = theme.series[0]
    ramp = LinearSegmentedColormap.from_list("share", [to_rgba(colour, 0), to_rgba(colour, 1)])
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap=ramp, vmin=0, vmax=1, interpolation="none")
    axes.spines[:].set_color(theme.faint)
    if len(classes) > MOST_NUMBERED_CLASSES:
        return
    axes.set_xticks(range(len(classes)), classes, rotation=90 if _long(classes, 2) else 0)
    axes.set_yticks(range(len(classes)), classes)
    axes.tick_params(length=0)
    for row, column in zip(*np.nonzero(matrix), strict=True):
        axes.text(
            column,
            row,
            f"{int(matrix[row, column])}",
            color=_readable_on(colour, float(shares[row, column]), theme),
            ha="center",
            va="center",
            fontsize=11 if matrix.max() < 100 else 9,
        )


def _readable_on(colour: str, share: float, theme: Theme) -> str:
    """Ink or paper, whichever is easier to read on `colour` laid over the paper at `share`."""
    ground = np.array(to_rgb(theme.paper if theme.paper != "none" else theme.ink))
    cell = luminance(*(share * np.array(to_rgb(colour)) + (1 - share) * ground))
    return max((theme.ink, theme.paper), key=lambda c: contrast(luminance(*to_rgb(c)), cell))


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


# --- words ------------------------------------------------------------------------------------


def percent(fraction: float) -> str:
    """A share as every figure writes it; near its ends a decimal more: 99.6 % is not 100 %."""
    share = 100 * float(fraction)
    if 0 < share < 0.05:
        return "< 0.1 %"
    if 99 < share < 100:
        return f"{min(share, 99.94):.1f} %"
    return f"{share:.1f} %" if 0 < share < 9.95 else f"{share:.0f} %"


def _points(x: np.ndarray, line: np.ndarray) -> str:
    """At most five points of a line: its ends and some evenly between."""
    wanted = sorted({round(place) for place in np.linspace(0, len(x) - 1, 5)})
    return ", ".join(f"{percent(line[i])} at {x[i]:.3g}" for i in wanted)


def _sure(confidences: np.ndarray | None, i: int) -> str:
    return "" if confidences is None else f" ({percent(confidences[i])})"


def _below(confidences: np.ndarray | None, i: int) -> str:
    return "" if confidences is None else f"\n{percent(confidences[i])}"


def _class_name(classes: Sequence[str] | None, index: int) -> str:
    return str(index) if classes is None or index >= len(classes) else str(classes[index])


def _most_confused(matrix: np.ndarray, classes: Sequence[str]) -> str:
    wrong = matrix - np.diag(np.diag(matrix))
    if not wrong.any():
        return "Attacked, every answer is right."
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    return (
        f"Attacked, the commonest mistake is {classes[row]} read as {classes[column]}, "
        f"{int(wrong[row, column])} of {int(matrix[row].sum())} times."
    )


def _columns(names: Any) -> int:
    """In how many columns a legend of these names fits below a figure."""
    letters = [len(str(name)) + 7 for name in names]
    if sum(letters) * 6 < WIDTH * 72:
        return len(letters)
    return 1 if max(letters) * 6 * 2 > WIDTH * 72 else 2


def _long(names: Any, letters: int = 20) -> bool:
    return max(len(str(name)) for name in names) > letters
