"""Figures of the inside of a network: its first filters, feature maps and activity of units.

They follow `course.plots`: each function returns a figure with a title that states its content, and
`course.plots.alt_text(figure)` gives its text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course.errors import CourseError
from course.plots.inputs import few, fractions, image_batch, numbers
from course.plots.style import LIGHT, LINES, WIDTH, CourseFigure, Theme, canvas, plain_axes

MOST_FILTERS = 64
MOST_ROWS = 6
SIGNED = "cividis"  # its middle is grey, and it says the same to colour-blind readers and in print


def filter_grid(
    filters: Any, *, columns: int = 8, title: str | None = None, theme: Theme = LIGHT
) -> CourseFigure:
    """The filters of a first convolution side by side, at most 64 of them.

    `filters`: its weights (N, 1 or 3, height, width). Dark weighs a pixel against the filter, light
    for it, grey is 0; filters of colour images show their mean over the colours. All share one
    scale. Raises CourseError for another shape.
    """
    weights = numbers(filters, "filters")
    if weights.ndim != 4 or weights.shape[1] not in (1, 3) or len(weights) > MOST_FILTERS:
        raise CourseError(
            f"filters have shape {weights.shape}, expected (N, 1 or 3, height, width) with N at "
            f"most {MOST_FILTERS}: the weights of a first convolution, as in model.conv1.weight"
        )
    grey, (height, width) = weights.mean(axis=1), weights.shape[2:]
    largest = float(np.abs(grey).max()) or 1.0
    heading = title or f"The {len(grey)} filters of the first layer, {height}×{width} pixels each"
    one_sign = int(((grey >= 0).all(axis=(1, 2)) | (grey <= 0).all(axis=(1, 2))).sum())
    alt = (
        f"Weights from {grey.min():.2f} to {grey.max():.2f}; {one_sign} filters have weights of "
        f"one sign alone, {len(grey) - one_sign} weigh some pixels against others"
    )
    rows = -(-len(grey) // columns)
    with canvas(theme, 0.5 + rows * WIDTH / columns, title=heading, alt=alt) as figure:
        grid = figure.subplots(rows, columns, squeeze=False)
        for place, axes in enumerate(grid.flat):
            if place < len(grey):
                _picture(axes, grey[place], SIGNED, -largest, largest)
            else:
                axes.set_axis_off()
    return figure


def feature_map_grid(
    image: Any,
    maps: Mapping[str, Any],
    *,
    most: int = 8,
    title: str | None = None,
    theme: Theme = LIGHT,
) -> CourseFigure:
    """One image, and below it a row of feature maps for each of at most six layers.

    `image` (C, H, W) in [0, 1]; `maps` layer name -> (channels, height, width), as
    `course.monitor.feature_maps` returns them, of which the first `most` are drawn; where there are
    more, the row says so. White is the largest value of the layer, black the smallest, so maps of
    one row can be compared. Raises CourseError for other shapes.
    """
    picture = image_batch(numbers(image, "image")[None], "image")[0].mean(axis=0)
    if not 1 <= len(maps) <= MOST_ROWS:
        raise CourseError(f"{len(maps)} layers given: a figure shows 1 to {MOST_ROWS}")
    rows = {name: numbers(values, f"maps of '{name}'") for name, values in maps.items()}
    for name, values in rows.items():
        if values.ndim != 3:
            raise CourseError(
                f"maps of '{name}' have shape {values.shape}, expected (channels, height, width)"
            )
    heading = title or f"What {len(rows)} layers make of one image"
    alt = "Rows of feature maps. " + "; ".join(
        _told(name, values, most) for name, values in rows.items()
    )
    columns = max(2, min(most, max(len(values) for values in rows.values())))
    height = 0.5 + (1 + len(rows)) * (WIDTH - 0.6) / columns
    with canvas(theme, height, title=heading, alt=alt) as figure:
        grid = figure.subplots(1 + len(rows), columns, squeeze=False)
        for axes in grid.flat:
            axes.set_axis_off()
        _picture(grid[0, 0], picture, "gray", 0.0, 1.0)
        _named(grid[0, 0], "image")
        for line, (name, values) in zip(grid[1:], rows.items(), strict=True):
            for axes, each in zip(line, values, strict=False):
                _picture(axes, each, "gray", float(values.min()), float(values.max()))
            more = f"\nfirst {most} of {len(values)}" if len(values) > most else ""
            _named(line[0], name + more)
    return figure


def unit_activity(
    activity: Mapping[str, Sequence[float]], *, title: str | None = None, theme: Theme = LIGHT
) -> CourseFigure:
    """The share of images on which each unit is on, falling, for at most five layers.

    `activity`: layer name -> for each unit the share of images on which it is not 0. Raises
    CourseError for a share that is not in [0, 1].
    """
    lines = {name: np.sort(fractions(values, name))[::-1] for name, values in few(activity).items()}
    dead = {name: int((values == 0).sum()) for name, values in lines.items()}
    worst = max(dead, key=lambda name: dead[name] / len(lines[name]))
    heading = title or (
        f"{dead[worst]} of the {len(lines[worst])} units of '{worst}' are never on"
        if dead[worst]
        else "Every unit is on for some image"
    )
    alt = "Share of images on which a unit is on, units in falling order. " + "; ".join(
        f"{name}: {len(values)} units, the busiest on for {100 * values[0]:.0f} % of the images, "
        f"the middle one for {100 * np.median(values):.0f} %, {dead[name]} never"
        for name, values in lines.items()
    )
    with canvas(theme, 3.6, title=heading, alt=alt) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        for i, (name, values) in enumerate(lines.items()):
            share = 100 * (np.arange(len(values)) + 0.5) / len(values)
            axes.plot(share, 100 * values, color=theme.series[i], linestyle=LINES[i], label=name)
        axes.set(
            xlabel="Units, from the busiest to the idlest (%)",
            ylabel="On for (% of images)",
            xlim=(0, 100),
            ylim=(-2, 102),
        )
        figure.legend(loc="outside lower left", ncols=len(lines), fontsize=10)
    return figure


def _picture(axes: Axes, values: np.ndarray, colours: str, low: float, high: float) -> None:
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.imshow(values, cmap=colours, vmin=low, vmax=high, interpolation="none")


def _named(axes: Axes, name: str) -> None:
    axes.set_ylabel(name, fontsize=10, rotation=0, ha="right", va="center")


def _told(name: str, values: np.ndarray, most: int) -> str:
    off = int((values == 0).all(axis=(1, 2)).sum())
    shown = f", of which the first {most} are shown" if len(values) > most else ""
    return (
        f"{name}: {len(values)} maps of {values.shape[1]} by {values.shape[2]}, values "
        f"{values.min():.2g} to {values.max():.2g}, {off} of them all 0{shown}"
    )
