"""The figures and tables of the lecture on the state of robustness.

The measured numbers come from `solutions.figures.measured.state`, the published ones from
RobustBench, which `tools/robustbench.py` reads. `solutions.draw` writes the files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from course import plots
from course.metrics import wilson_interval
from course.plots.style import canvas, plain_axes
from solutions.figures.gallery import Drawing

Results = Mapping[str, Any]
"""What `solutions.figures.measured.state.measure` returned."""

PUBLISHED = Path(__file__).parents[1] / "results" / "robustbench.json"
TRANSFORMERS = ("ViT", "Swin", "XCiT")
ENSEMBLE = "the ensemble"


@cache
def published() -> dict[str, Any]:
    """RobustBench's entries: percentages of all test images."""
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))


def _claims(_: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Reported accuracy against the benchmark's, a point for each entry."""
    rows = [row for row in published()["boards"]["cifar10"] if row["reported"] is not None]
    reported, found = (np.array([row[key] for row in rows]) for key in ("reported", "robust"))
    lower = int((reported - found > 1).sum())
    title = f"{lower} of {len(rows)} claims lost more than a point"
    alt = (
        "Robust accuracy on CIFAR-10 within 8/255 as reported and as RobustBench found it, "
        f"{len(rows)} entries. Most lie on the diagonal, none far above it. The largest difference "
        f"is {np.max(reported - found):.1f} points"
    )
    with canvas(theme, 4.2, title=title, alt=alt) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        axes.plot([0, 100], [0, 100], color=theme.ink, lw=1.2, ls="--")
        axes.plot(reported, found, "o", color=theme.series[0], ms=5, alpha=0.75)
        axes.set(xlim=(0, 80), ylim=(-2, 80), aspect="equal")
        axes.set(xlabel="Reported (%)", ylabel="Found by RobustBench (%)")
    return figure


def _years(_: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Clean and robust accuracy of the most robust entry up to each year."""
    rows = [row for row in published()["boards"]["cifar10"] if row["year"]]
    years = list(range(min(row["year"] for row in rows), max(row["year"] for row in rows) + 1))
    best = [
        max((r for r in rows if r["year"] <= year), key=lambda r: r["robust"]) for year in years
    ]
    title = (
        f"CIFAR-10 at 8/255: {best[0]['robust']:.0f} % in {years[0]}, "
        f"{best[-1]['robust']:.0f} % in {years[-1]}"
    )
    told = ". ".join(
        f"{year}: {row['robust']:.1f} % robust, {row['clean']:.1f} % clean"
        for year, row in zip(years, best, strict=True)
    )
    with canvas(
        theme, 3.9, title=title, alt=f"The most robust entry up to each year. {told}"
    ) as fig:
        axes = fig.subplots()
        plain_axes(axes, theme)
        for i, (key, name) in enumerate((("clean", "its clean accuracy"), ("robust", "robust"))):
            axes.plot(
                years,
                [row[key] for row in best],
                color=theme.series[i],
                marker="os"[i],
                ls=("--", "-")[i],
                label=name,
            )
        axes.axhline(90, color=theme.ink, lw=1.2, ls=":")
        axes.annotate(
            "where people level off (Bartoldson et al., 2024)",
            (years[len(years) // 2], 90),
            (0, -14),
            textcoords="offset points",
            fontsize=9,
            ha="center",
        )
        axes.set(ylim=(0, 100), xticks=years, xlabel="Year of the entry", ylabel="Accuracy (%)")
        fig.legend(loc="outside lower left", ncols=2, fontsize=10)
    return fig


def _large(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """One digit under PGD with growing epsilons, and the network's answers."""
    large = results["large"]
    images = np.array(large["pixels"], dtype=np.float64).reshape(-1, 1, 28, 28) / 255
    titles = [
        f"ε = {e:g}\n“{answer}”"
        for e, answer in zip(large["epsilons"], large["answers"], strict=True)
    ]
    title = f"Which of these is still a {large['label']}?"
    return plots.image_row(images, titles, title=title, theme=theme)


def _ensemble(results: Results) -> str:
    """The accuracy left after each attack of the ensemble, in order."""
    images = results["about"]["images"]
    found = {name: sets[ENSEMBLE]["left"] for name, sets in results["sets"].items()}
    names = list(next(iter(found.values())))
    lines = ["| after | " + " | ".join(found) + " |"]
    lines.append("|---|" + "--:|" * len(found))
    for name in names:
        cells = " | ".join(f"{100 * left[name]:.1f} %" for left in found.values())
        lines.append(f"| {'no attack' if name == 'clean' else name} | {cells} |")
    last = [round(left[names[-1]] * images) for left in found.values()]
    intervals = [wilson_interval(count, images) for count in last]
    cells = " | ".join(f"{100 * low:.0f} to {100 * high:.0f} %" for low, high in intervals)
    return "\n".join([*lines, f"| 95 % interval of the last | {cells} |"]) + "\n"


def _sets(results: Results) -> str:
    """What each set of attacks leaves in the end, and how often it asks the network."""
    found, images = results["sets"], results["about"]["images"]
    lines = [f"| images left of {images} (answers per image) | " + " | ".join(found) + " |"]
    lines.append("|---|" + "--:|" * len(found))
    for kind in next(iter(found.values())):
        cells = [
            f"{round(images * list(sets[kind]['left'].values())[-1])} "
            f"({sets[kind]['answers'] / images:,.0f})"
            for sets in found.values()
        ]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _alone(results: Results) -> str:
    """APGD on either loss alone, in Markdown."""
    lines = ["| APGD alone, on | " + " | ".join(results["alone"]) + " |"]
    lines.append("|---|" + "--:|" * len(results["alone"]))
    for loss in ("cross-entropy", "DLR"):
        cells = " | ".join(f"{100 * left[loss]:.1f} %" for left in results["alone"].values())
        lines.append(f"| {loss} | {cells} |")
    return "\n".join(lines) + "\n"


def _large_table(results: Results) -> str:
    """The accuracy that PGD leaves at each epsilon, with one decimal as in `_ensemble`."""
    large = results["large"]
    head = " | ".join(f"{e:g}" for e in large["epsilons"])
    cells = " | ".join(f"{100 * a:.1f} %" for a in large["accuracy"])
    return f"| ε | {head} |\n|---|{'--:|' * len(large['epsilons'])}\n| PGD leaves | {cells} |\n"


def _boards(_: Results) -> str:
    """A few entries of the two leaderboards, from the top of each kind."""
    boards = published()["boards"]
    lines = ["| data, budget | network | clean | robust |", "|---|---|--:|--:|"]
    chosen = {
        "CIFAR-10, 8/255": (
            "Bartoldson2024Adversarial_WRN-94-16",
            "Wang2023Better_WRN-70-16",
            "Engstrom2019Robustness",
            "Standard",
        ),
        "ImageNet, 4/255": (
            "Liu2023Comprehensive_Swin-L",
            "Singh2023Revisiting_ConvNeXt-L-ConvStem",
            "Singh2023Revisiting_ViT-B-ConvStem",
            "Salman2020Do_R50",
            "Standard_R50",
        ),
    }
    for (title, names), board in zip(chosen.items(), boards.values(), strict=True):
        known = {row["id"]: row for row in board}
        for row in (known[name] for name in names):
            said = f"{row['architecture']} ({row['id'].split('_')[0]})"
            lines.append(f"| {title} | {said} | {row['clean']:.1f} % | {row['robust']:.1f} % |")
    return "\n".join(lines) + "\n"


def _source(_: Results) -> str:
    """The source of the published numbers, and their meaning."""
    found = published()
    cifar, imagenet = found["boards"].values()
    lost = [row["reported"] - row["robust"] for row in cifar if row["reported"] is not None]
    early, late = (
        [
            row["reported"] - row["robust"] > 1
            for row in cifar
            if row["reported"] is not None and row["year"] and low <= row["year"] <= high
        ]
        for low, high in ((2018, 2019), (2021, 2026))
    )
    vision = sum(any(kind in row["architecture"] for kind in TRANSFORMERS) for row in imagenet[:10])
    return (
        f"Published numbers: [RobustBench]({found['source']}), commit `{found['commit'][:7]}` of "
        f"{found['date']}, {len(cifar)} entries for CIFAR-10 and {len(imagenet)} for ImageNet, "
        f"\\(L_\\infty\\). The claim was more than one point too high for "
        f"{sum(x > 1 for x in lost)} of the CIFAR-10 entries, and for {sum(x > 10 for x in lost)} "
        f"of these more than ten points. Of the {len(early)} entries of 2018 and 2019, "
        f"{sum(early)} claimed more than one point too much; of the {len(late)} since 2021, "
        f"{sum(late)} did. Of the ten most robust ImageNet entries, {vision} are transformers.\n"
    )


def _setup(results: Results) -> str:
    about = results["about"]
    return (
        f"Measured on `{about['profile']}` with the network `{about['network']}`, "
        f"{about['images']} test images, \\(\\epsilon = {about['epsilon']:g}\\); "
        f"`{about['command']}` measures it again.\n"
    )


FIGURES = {
    "state-claims": Drawing("Reported against found", _claims),
    "state-years": Drawing("The best entry of each year", _years),
    "state-large": Drawing("One digit at large epsilons", _large),
}
TABLES: dict[str, Callable[[Results], str]] = {
    "state-setup": _setup,
    "state-ensemble": _ensemble,
    "state-sets": _sets,
    "state-alone": _alone,
    "state-large-table": _large_table,
    "state-boards": _boards,
    "state-source": _source,
}
