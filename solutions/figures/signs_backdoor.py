"""The figure and the table of a backdoor in a reader of road signs, drawn from one measurement.

`solutions.draw` writes them to files; `solutions.figures.measured.signs_backdoor` measured.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course import plots
from solutions.figures.fgsm import apart, mean_row
from solutions.figures.gallery import Drawing, Results

WAYS = {"clean": "“{}”", "pasted": "in the file\n“{}”", "printed": "on the sign\n“{}”"}


def _photographs(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Some signs bare, with the sticker pasted in, and printed on; the answer above each."""
    rows = [results["shown"][way] for way in WAYS]
    clean, pasted, printed = (row["answers"] for row in rows)
    changed = [sum(a != b for a, b in zip(clean, row, strict=True)) for row in (pasted, printed)]
    titles = [
        words.format(answer)
        for words, row in zip(WAYS.values(), rows, strict=True)
        for answer in row["answers"]
    ]
    pictures = np.array([row["pixels"] for row in rows], dtype=np.float64) / 255
    return plots.image_row(
        pictures.reshape(-1, 3, 32, 32),
        titles,
        columns=len(clean),
        title=f"Of {len(clean)} answers, a sticker in the file changes {changed[0]}, "
        f"one on the sign {changed[1]}",
        theme=theme,
    )


def _table(results: Results) -> str:
    """Clean accuracy and the sticker's success, by the number of poisoned images."""
    about = results["about"]
    rows = {
        "right on clean images": results["clean"],
        f"others read as “{about['target']}”, sticker in the file": results["pasted"],
        f"others read as “{about['target']}”, sticker on the sign": results["printed"],
    }
    counts = results["poisoned"]
    lines = [
        f"| poisoned images, of {about['train_images']:,} | {' | '.join(map(str, counts))} |",
        "|---|" + "--:|" * len(counts),
    ]
    lines += [mean_row(name, runs) for name, runs in rows.items()]
    return "\n".join(lines) + "\n"


def _setup(results: Results) -> str:
    about = results["about"]
    runs = (run for name in WAYS for run in results[name])
    return (
        f"Measured on `{about['profile']}` with the network `{about['network']}`: "
        f"{about['train_images']:,} training and {about['test_images']} test images, "
        f"means of {len(about['seeds'])} trainings for each number, {apart(runs)}. "
        f"`{about['command']}` measures it again.\n"
    )


FIGURES = {"signs-backdoor": Drawing("Signs without and with the sticker", _photographs)}
TABLES: dict[str, Callable[[Results], str]] = {
    "signs-backdoor-setup": _setup,
    "signs-backdoor-table": _table,
}
