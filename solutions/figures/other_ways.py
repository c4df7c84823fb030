"""The figures and tables of the lecture on other ways in, drawn from one measurement.

`solutions.draw` writes them to files; `solutions.figures.measured.other_ways` measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import fmean
from typing import Any

import numpy as np

from course import plots
from course.plots import percent
from solutions.figures.gallery import Drawing

Results = Mapping[str, Any]
"""What `solutions.figures.measured.other_ways.measure` returned."""

SIDE = 3  # of the trigger, in pixels


def _backdoor(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Clean accuracy and the trigger's success, by the number of poisoned images."""
    found = results["backdoor"]
    runs = {
        "accuracy on clean images": found["clean"],
        "read as 0 with the trigger": found["works"],
    }
    count, rate = found["poisoned"][2], fmean(found["works"][2])
    return plots.robustness_curve(
        found["poisoned"],
        {name: [fmean(point) for point in rows] for name, rows in runs.items()},
        intervals={
            name: ([min(point) for point in rows], [max(point) for point in rows])
            for name, rows in runs.items()
        },
        x_label=f"Poisoned images, of {results['about']['train_images']:,}",
        title=f"{count} poisoned images: the trigger works on {percent(rate)}",
        theme=theme,
    )


def _triggered(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Three test images without and with the trigger, and the answers of a poisoned network."""
    example = results["backdoor"]["example"]
    clean = np.array(example["pixels"], dtype=np.float64).reshape(-1, 1, 28, 28) / 255
    stamped = clean.copy()
    stamped[..., -SIDE:, -SIDE:] = 1.0
    images = np.stack([picture for pair in zip(clean, stamped, strict=True) for picture in pair])
    titles = []
    for first, second in zip(example["clean"], example["stamped"], strict=True):
        titles += [f"“{first}”", f"+ trigger\n“{second}”"]
    changed = sum(a != b for a, b in zip(example["clean"], example["stamped"], strict=True))
    title = f"Nine white pixels change {changed} of {len(clean)} answers"
    return plots.image_row(images, titles, title=title, theme=theme)


def _stealing(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Agreement of the copy, and the victim's accuracy under the copy's attacks."""
    found = results["stealing"]
    curves = {
        "copy agrees with victim": found["agrees"],
        f"victim right under the copy's PGD, ε = {found['epsilon']:g}": found[
            "victim under transfer"
        ],
    }
    title = (
        f"{found['queries'][-1]} answers: the copy agrees on {percent(found['agrees'][-1])}, "
        f"its attack leaves {percent(found['victim under transfer'][-1])}"
    )
    return plots.robustness_curve(
        found["queries"],
        curves,
        x_label="Questions asked",
        alt_points=len(found["queries"]),
        title=title,
        theme=theme,
    )


def _stealing_table(results: Results) -> str:
    found = results["stealing"]
    transferred = f"PGD on a copy made from {found['queries'][-1]} answers"
    rows = {
        "no attack": found["victim"],
        f"random signs, ε = {found['epsilon']:g}": found["victim under noise"],
        transferred: found["victim under transfer"][-1],
        "PGD on the victim itself": found["victim in the white box"],
    }
    lines = ["| attack on the victim | victim's accuracy |", "|---|--:|"]
    return "\n".join([*lines, *(f"| {n} | {100 * v:.1f} % |" for n, v in rows.items())]) + "\n"


def _membership(results: Results) -> str:
    """Members found at fixed rates of false alarms, by the attacker's method."""
    found = results["membership"]
    rates = found["false alarms"]
    heads = " | ".join(f"found at {100 * rate:.0f} % false alarms" for rate in rates)
    lines = [
        f"| training | accuracy: members, test | test by | {heads} | best balanced accuracy |",
        "|---|---|---|" + "--:|" * (len(rates) + 1),
    ]
    for name in ("usual training", "three times as long"):
        run = found[name]
        both = f"{100 * run['train accuracy']:.1f} %, {100 * run['test accuracy']:.1f} %"
        for method in ("loss alone", "beside references"):
            test = run[method]
            cells = " | ".join(f"{100 * share:.1f} %" for share in test["members found"])
            best = f"{100 * test['balanced accuracy']:.1f} %"
            lines.append(f"| {name} | {both} | {method} | {cells} | {best} |")
    return "\n".join(lines) + "\n"


def _setup(results: Results) -> str:
    about = results["about"]
    return (
        f"Measured on `{about['profile']}`, where no other data are named, with the network "
        f"`{about['network']}`: "
        f"{about['train_images']:,} training and {about['test_images']} test images. "
        f"`{about['command']}` measures it all again.\n"
    )


FIGURES = {
    "other-ways-backdoor": Drawing("A backdoor, by the number of poisoned images", _backdoor),
    "other-ways-trigger": Drawing("Digits without and with the trigger", _triggered),
    "other-ways-stealing": Drawing("A copy made from answers", _stealing),
}
TABLES: dict[str, Callable[[Results], str]] = {
    "other-ways-setup": _setup,
    "other-ways-stealing-table": _stealing_table,
    "other-ways-membership": _membership,
}
