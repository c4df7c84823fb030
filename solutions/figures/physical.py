"""The figures and the table of the lecture beyond digits, drawn from one measurement.

`solutions.draw` writes them to files; `solutions.figures.measured.physical` measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course import plots
from course.plots import percent
from course.plots.style import canvas, plain_axes
from solutions.figures.gallery import Drawing

Results = Mapping[str, Any]
"""What `solutions.figures.measured.physical.measure` returned."""


def _stickers(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Digits under a random and under an optimised sticker."""
    shown = results["shown"]
    images = np.array(shown["pixels"], dtype=np.float64).reshape(-1, 1, 28, 28) / 255
    half = len(images) // 2
    titles = [
        f"{'random' if i < half else 'optimised'}\n“{answer}”"
        for i, answer in enumerate(shown["answers"])
    ]
    pairs = zip(shown["answers"][half:], shown["labels"], strict=True)
    wrong = sum(answer != label for answer, label in pairs)
    title = f"Misread under the optimised sticker: {wrong} of {half}"
    return plots.image_row(images, titles, title=title, theme=theme)


def _rates(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Misread images by sticker, in every setting."""
    rates = results["rates"]
    first, last = (rates[setting]["optimised sticker"]["misread"] for setting in list(rates)[::3])
    title = f"Misread: {percent(first)} in the file, {percent(last)} by the camera"
    return rates_figure(rates, "misread", "Misread (%)", title, theme)


def rates_figure(
    rates: Mapping[str, Mapping[str, Mapping[str, float]]],
    count: str,
    label: str,
    title: str,
    theme: plots.Theme,
) -> plots.CourseFigure:
    """One of the counts, in percent: a group of bars for each setting, a bar for each sticker."""
    names = list(next(iter(rates.values())))
    told = ". ".join(
        f"{setting}: " + ", ".join(f"{name} {percent(run[count])}" for name, run in row.items())
        for setting, row in rates.items()
    )
    alt = f"{label.removesuffix(' (%)')}, share of the images. {told}"
    wide = 0.81 / len(names)
    with canvas(theme, 3.6, title=title, alt=alt) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        place = np.arange(len(rates))
        for i, name in enumerate(names):
            axes.bar(
                place + wide * (i - (len(names) - 1) / 2),
                [100 * row[name][count] for row in rates.values()],
                wide - 0.02,
                label=name,
                color=theme.series[i],
                hatch=("", "//", "\\\\", "--")[i],
                edgecolor=theme.paper,
            )
        labels = [setting.replace(" into", "\ninto").replace(", ", ",\n") for setting in rates]
        axes.set_xticks(place, labels, fontsize=9)
        axes.set(ylabel=label, ylim=(0, 100))
        figure.legend(loc="outside lower left", ncols=3 if len(names) == 3 else 2, fontsize=9)
    return figure


def _table(results: Results) -> str:
    """Target, any wrong answer and right answers, of the optimised sticker and its control."""
    target = results["about"]["target"]
    lines = [
        f"| setting | random: misread | optimised: read as {target} | optimised: misread |",
        "|---|--:|--:|--:|",
    ]
    for setting, row in results["rates"].items():
        random, made = row["random sticker"], row["optimised sticker"]
        cells = (random["misread"], made["target"], made["misread"])
        lines.append(f"| {setting} | " + " | ".join(f"{100 * c:.1f} %" for c in cells) + " |")
    return "\n".join(lines) + "\n"


def _setup(results: Results) -> str:
    about, size = results["about"], results["about"]["size"]
    dim, bright = about["light"]
    return (
        f"Simulated on `{about['profile']}`: {about['images']} test images that are not a "
        f"{about['target']}, the network `{about['network']}`, a sticker of {size}×{size} pixels "
        f"made to be read as {about['target']}. *Other light* multiplies each image by a number "
        f"from {dim:g} to {bright:g} and adds noise; the *coarse camera* averages {about['blur']}×"
        f"{about['blur']} pixels. `{about['command']}` measures it again.\n"
    )


FIGURES = {
    "physical-stickers": Drawing("Digits under stickers", _stickers),
    "physical-rates": Drawing("Misread images by sticker and setting", _rates),
}
TABLES: dict[str, Callable[[Results], str]] = {
    "physical-setup": _setup,
    "physical-table": _table,
}
