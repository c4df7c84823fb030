"""Writes the site's page on speed, with its figure, from the committed measurements.

    python benchmarks/speed.py

`make speed` measures (`attacks.py --keep`, `training.py --keep`) and then calls this, which writes
`site/speed.md` and two files beside it; what grading costs is measured by `make sizing`. All
are committed, so that building the site needs none of them. What is not measured is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from comparisons import CLASSES, Comparison, Report, comparisons, further, number
from turns import median, ratio

from course import plots
from course.plots.style import canvas, plain_axes
from solutions.figures.gallery import Drawing, Gallery

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "site" / "speed.md"
ASSETS = ROOT / "site" / "assets"
RESULTS = Path(__file__).with_name("results")
PROSE = Path(__file__).with_suffix(".md")  # the page's text, with a place for each table
MISSING = "*Not measured yet.*"


def main() -> None:
    """Write the page and its figure."""
    reports = stored()
    for name, content in figure_files(comparisons(reports)).items():
        if name.endswith(".svg"):
            (ASSETS / name).write_bytes(content)
    PAGE.write_text(page(reports), encoding="utf-8")
    print(f"written to {PAGE.relative_to(ROOT)}")


def stored() -> dict[str, Report]:
    """The reports that are there, by name of the benchmark."""
    files = {name: RESULTS / f"{name}.json" for name in SECTIONS}
    return {
        name: json.loads(file.read_text(encoding="utf-8"))
        for name, file in files.items()
        if file.is_file()
    }


def page(reports: Mapping[str, Report]) -> str:
    """The page from these reports."""
    rows = comparisons(reports)
    parts = {"figure": figure(rows), "goals": goals(rows)}
    for name, section in SECTIONS.items():
        parts[name] = section(reports[name]) if name in reports else MISSING
    text = PROSE.read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"<!-- {name} -->", part)
    return text


# --- the figure ----------------------------------------------------------------------------------


def figure(rows: Sequence[Comparison]) -> str:
    """The Markdown of the figure, in light and dark."""
    if not rows:
        return MISSING
    text = figure_files(rows)["speed.inc"].decode()
    return text.replace("../figures/", "assets/").strip()


def figure_files(rows: Sequence[Comparison]) -> dict[str, bytes]:
    """The figure's files, by name."""
    drawing = Drawing("How many times faster", partial(draw, rows))
    return Gallery({}, {"speed": drawing}, {}).files() if rows else {}


def draw(rows: Sequence[Comparison], _: object, theme: plots.Theme) -> plots.CourseFigure:
    """A bar for each comparison, with a line at its goal."""
    reached = sum(row.reached for row in rows)
    title = f"Times faster: {reached} of {len(rows)} goals reached"
    alt = ". ".join(
        f"{row.title}: {number(row.ratio)} times as fast as {row.beside}, goal {row.goal:g}"
        for row in rows
    )
    with canvas(theme, 0.9 + 0.62 * len(rows), title=title, alt=alt) as drawn:
        axes = drawn.subplots()
        plain_axes(axes, theme)
        axes.grid(visible=False, axis="y")
        places = range(len(rows))[::-1]
        axes.barh(places, [row.ratio for row in rows], 0.6, color=theme.series[0])
        for place, row in zip(places, rows, strict=True):
            axes.plot([row.goal] * 2, [place - 0.42, place + 0.42], color=theme.alarm)
            end = max(row.ratio, row.goal)
            axes.annotate(
                number(row.ratio), (end, place), (5, 0), textcoords="offset points", va="center"
            )
        axes.set_yticks(places, [f"{row.title}\nbeside {row.beside}" for row in rows], fontsize=9)
        axes.set(xlabel="times faster; the line is the goal")
        axes.set_xlim(0, 1.15 * max(max(row.ratio, row.goal) for row in rows))
    return drawn


# --- the tables ----------------------------------------------------------------------------------


def goals(rows: Sequence[Comparison]) -> str:
    """The table of all ratios, their goals, and the machine's limit."""
    lines = [
        "| what | beside | times faster | in one round | goal | of the limit | most here |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        span = f"{number(row.span[0])} to {number(row.span[1])}" if row.span else "one run"
        goal = f"{row.goal:g}, {'reached' if row.reached else 'missed'}"
        cells = (row.title, row.beside, f"**{number(row.ratio)}**", span, goal)
        limit = (f"{100 * row.limit:.0f} %", number(row.most))
        lines.append("| " + " | ".join((*cells, *limit)) + " |")
    return "\n".join(lines) + "\n\n" + missed(rows) if rows else MISSING


def missed(rows: Sequence[Comparison]) -> str:
    """What each goal that was missed would take, in shares of the machine's limit."""
    words = [
        f"{row.title} misses its goal of {row.goal:g}: that would take "
        f"{100 * row.goal / row.most:.0f} % of the limit, and it reaches {100 * row.limit:.0f} %."
        for row in rows
        if not row.reached
    ]
    return " ".join(words) if words else "All goals are reached."


def attacks(report: Report) -> str:
    """The seconds of each contestant, how far the results agree, and where the time goes."""
    parts = [
        f"Measured on {report['machine']}, device `{report['device']}`: {report['images']} test "
        f"images of `{report['data']}`, the network `{report['model']}`. Each library runs in an "
        "environment of its own and is called as its documentation does; then once more with "
        "batches of 64, which are a part of what the course gains."
    ]
    for job in report["jobs"].values():
        seconds = job["seconds"]
        lines = [f"| {job['title']} | s | the course is faster by |", "|---|--:|--:|"]
        for name in seconds:
            times = number(ratio(seconds, name, "course"))
            lines.append(f"| {name} | {median(seconds, name):.3f} | {times} |")
        parts.append("\n".join(lines))
    parts += [
        equality(report["jobs"]["pgd"]["agreement"]),
        "A curve needs one gradient, because FGSM takes it at the clean images, whatever epsilon "
        "is; the other libraries take one for each point. PGD needs all its gradients. Where the "
        "time of one of its steps goes, in a batch of 64:",
        layers(report["layers"], report["rates"]["float32"]),
    ]
    return "\n\n".join(parts)


def equality(agreement: Report) -> str:
    """How far the images found by PGD agree."""
    early, late = (min(agreement[when].values()) for when in ("first steps", "pixels"))
    left = [100 * value for value in agreement["accuracy"].values()]
    same = (
        f"{min(left):.1f} %" if max(left) == min(left) else f"{min(left):.1f} to {max(left):.1f} %"
    )
    return (
        "Results are compared first, and a difference ends the run. After ten steps of PGD, "
        f"{100 * early:.2f} % of the pixels are equal in all of them. Where a gradient is almost "
        "zero, rounding decides its sign, and each step makes more of that: after the last, "
        f"{100 * late:.1f} % are equal. The network still reads {same} of the images correctly. "
        "The curves differ by one image at most."
    )


def layers(costs: Mapping[str, Mapping[str, float]], rate: float) -> str:
    """The table of what each layer costs; those below one part in a hundred are one row."""
    whole = sum(cost["seconds"] for cost in costs.values())
    lines = ["| layer | of the time | of the limit |", "|---|--:|--:|"]
    rest = 0.0
    for name, cost in costs.items():
        share = cost["seconds"] / whole
        if share < 0.01:
            rest += share
            continue
        reached = cost["operations"] / rate / cost["seconds"]
        limit = f"{100 * reached:.0f} %" if cost["operations"] else "multiplies nothing"
        lines.append(f"| `{name}` | {100 * share:.0f} % | {limit} |")
    return "\n".join([*lines, f"| all others | {100 * rest:.0f} % | |"])


def training(report: Report) -> str:
    """The seconds and accuracies of each recipe, and where the time goes."""
    seconds, clean = report["seconds"], report["accuracy"]
    lines = ["| recipe | s | times faster | test accuracy by seed |", "|---|--:|--:|--:|"]
    for name in seconds:
        shown = "not trained to the end"
        if found := clean.get(name):
            shown = f"{100 * min(found):.2f} to {100 * max(found):.2f} %"
        times = number(ratio(seconds, "published", name))
        lines.append(f"| {name} | {median(seconds, name):.1f} | {times} | {shown} |")
    parts = [
        f"Measured on {report['machine']}, device `{report['device']}`: all "
        f"{report['images']['training']:,} training images of MNIST, seeds: "
        f"{len(seconds['published']['wall'])}. {how_far(report['published steps'])}",
        "\n".join(lines),
    ]
    for precision, costs in report["layers"].items():
        parts.append(f"One step in {precision}, layer by layer:")
        parts.append(layers(costs, report["rates"][precision]))
    return "\n\n".join(parts)


def how_far(steps: Mapping[str, int | None]) -> str:
    """How many steps of the published recipe were run."""
    if steps["timed"]:
        return (
            f"The published recipe is scaled from {steps['timed']} of its {steps['all']:,} steps."
        )
    return f"All {steps['all']:,} steps of the published recipe were run."


def grading(report: Report) -> str:
    """The seconds of both graders for two sizes of a class."""
    each, sizes = further(report), report.get("classes", CLASSES)
    lines = [
        f"| grader | {sizes[0]} submissions, s | {sizes[1]}, s | each further one, s |",
        "|---|--:|--:|--:|",
    ]
    for name, (few, many) in report["rate"].items():
        lines.append(f"| {name} | {few:.1f} | {many:.1f} | {each[name]:.2f} |")
    about = (
        f"Measured on {report['machine']}: {report['jobs']} jobs, beside nbgrader, which has one, "
        "on notebooks with the same answers. Most of the time for a small class is the start, "
        "which is spent once. The small class was graded first, and its seconds hold the training "
        "of the judge's networks too, so that the ratio is kinder to the course than it should be. "
        "[How large a machine](sizing.md) has the rest."
    )
    return "\n\n".join([about, "\n".join(lines)])


SECTIONS: dict[str, Callable[[Report], str]] = {
    "attacks": attacks,
    "training": training,
    "grading": grading,
}


if __name__ == "__main__":
    main()
