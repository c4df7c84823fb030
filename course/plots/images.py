"""Figures made of images: attacks in a grid, rows of pictures with captions."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course.errors import CourseError
from course.plots.inputs import class_indices, image_batch, optional_fractions
from course.plots.style import LIGHT, WIDTH, CourseFigure, Theme, canvas
from course.plots.words import any_long, percent


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
    wordy = any_long(names, 3)
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
    images: Any,
    titles: Sequence[str],
    *,
    columns: int | None = None,
    title: str | None = None,
    theme: Theme = LIGHT,
) -> CourseFigure:
    """`images` (N, C, H, W) in [0, 1], N at most 12, side by side under their `titles`.

    With `columns`, in rows of that many. Raises CourseError for another shape, a value outside the
    range, a title too few, or columns that do not divide N.
    """
    shown = image_batch(images, "images")
    if len(titles) != len(shown):
        raise CourseError(f"{len(shown)} images but {len(titles)} titles: give one for each")
    columns = columns or len(shown)
    rows, left = divmod(len(shown), columns)
    if left:
        raise CourseError(f"{len(shown)} images do not fill rows of {columns}")
    heading = title or f"{len(shown)} images"
    width = max(WIDTH, 0.74 * columns)
    above = [_wrapped(words, width / columns) for words in titles]
    lines = 1 + max(words.count("\n") for words in above)
    height = 0.35 + rows * min(0.19 * lines + width / columns, 3.25)
    alt = f"{'Side by side' if rows == 1 else f'In rows of {columns}'}: {', '.join(titles)}"
    with canvas(theme, height, width=width, title=heading, alt=alt) as figure:
        for axes, image, words in zip(
            figure.subplots(rows, columns, squeeze=False).flat, shown, above, strict=True
        ):
            _show(axes, image)
            axes.set_title(words, fontsize=10)
    return figure


def _wrapped(words: str, inches: float) -> str:
    """The same words in lines that fit above a picture of this width."""
    return "\n".join(
        textwrap.fill(line, max(4, int(15 * inches)), break_long_words=False)
        for line in words.split("\n")
    )


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
    """The model's answer above an image; bold, and in the colour of errors, where wrong."""
    wordy = len(words.partition("\n")[0]) > 8  # classes with names instead of digits
    words = words.replace(" → ", "\n→ ") if wordy else words
    title = axes.set_title(words, fontsize=9 if wordy else 10, pad=3)
    if alarm:
        title.set(color=alarm, fontweight="bold")


def _sure(confidences: np.ndarray | None, i: int) -> str:
    return "" if confidences is None else f" ({percent(confidences[i])})"


def _below(confidences: np.ndarray | None, i: int) -> str:
    return "" if confidences is None else f"\n{percent(confidences[i])}"


def _class_name(classes: Sequence[str] | None, index: int) -> str:
    return str(index) if classes is None or index >= len(classes) else str(classes[index])
