"""The figures and the table of a printed sticker on road signs, drawn from one measurement.

`solutions.draw` writes them to files; `solutions.figures.measured.sticker` measured.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course import plots
from course.plots import percent
from solutions.figures.gallery import Drawing, Results
from solutions.figures.physical import rates_figure


def _photographs(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Photographs of one sign: a column for each sticker, the answer above each."""
    shown = results["shown"]
    rows = shown["rows"]
    pictures = np.array([row["pixels"] for row in rows.values()], dtype=np.float64) / 255
    columns, count, _ = pictures.shape
    images = pictures.swapaxes(0, 1).reshape(count * columns, 3, 32, 32)
    heads = [name.replace(" for ", "\nfor ") for name in rows]
    titles = [
        f"{head}\n“{row['answers'][number]}”"
        for number in range(count)
        for head, row in zip(heads, rows.values(), strict=True)
    ]
    wrong = [sum(a != shown["sign"] for a in row["answers"]) for row in rows.values()]
    title = f"{wrong[0]} of {count} misread bare, {wrong[-1]} of {count} with the last"
    return plots.image_row(images, titles, columns=columns, title=title, theme=theme)


def _rates(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Photographs read as the target, by sticker and camera."""
    rates, target = results["rates"], results["about"]["target"]
    ends = (
        " → ".join(percent(row[name]["target"]) for row in list(rates.values())[::3])
        for name in list(rates["hard"])[-2:]
    )
    title = "From the file to a hard camera: {}, made for many views {}".format(*ends)
    return rates_figure(rates, "target", f"Read as “{target}” (%)", title, theme)


def _table(results: Results) -> str:
    """Target and any wrong answer, for every sticker in every setting."""
    rates, target = results["rates"], results["about"]["target"]
    names = list(next(iter(rates.values())))
    lines = [
        f"| read as {target} / misread | " + " | ".join(names) + " |",
        "|---|" + "--:|" * len(names),
    ]
    for setting, row in rates.items():
        cells = (f"{100 * c['target']:.0f} / {100 * c['misread']:.0f} %" for c in row.values())
        lines.append(f"| {setting} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _setup(results: Results) -> str:
    about = results["about"]
    return (
        f"Simulated on `{about['profile']}`: {about['images']} photographs of signs other than "
        f"“{about['target']}”, the network `{about['network']}`, a sticker of {about['dots']}×"
        f"{about['dots']} dots, {100 * about['share']:.0f} % as wide as the sign, made to be read "
        f"as “{about['target']}” on {about['learned_on']} training photographs at most. Two are "
        "optimised: one for the file (straight, in even light), one for the views of those "
        f"photographs and random lights. `{about['command']}` measures it again.\n"
    )


FIGURES = {
    "sticker-photographs": Drawing("One sign under four stickers", _photographs),
    "sticker-rates": Drawing("Photographs read as the target", _rates),
}
TABLES: dict[str, Callable[[Results], str]] = {
    "sticker-setup": _setup,
    "sticker-table": _table,
}
