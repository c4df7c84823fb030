"""The audit's figures and tables, drawn from committed results: a part of `course figures`.

`FIGURES` and `TABLES` hold functions as in `solutions.figures.fgsm`, but each takes
`{report: result}`, the files of `results/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import fmean
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from course import plots
from course.metrics import wilson_interval
from course.plots.style import LINES, MARKERS, canvas, plain_axes
from solutions.figures.gallery import Drawing
from solutions.figures.image_grid import grid_figure
from solutions.reproductions.record import Published, in_unit, measurements, with_interval
from solutions.reproductions.runner import Report, comparisons, reports

Results = Mapping[str, Any]
"""{report: the JSON of its result}."""


# --- pictures -----------------------------------------------------------------------------------


def _one_axis(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Draw a line for measured and marks for published accuracy, in one colour for each report."""
    drawn = [
        (report, points, results[report.id]["runs"][report.profiles[0]]["curves"])
        for report in reports().values()
        if report.id in results
        and report.profiles[0] in results[report.id]["runs"]
        and (points := _points(report))
    ]
    title = "Published and measured on one axis: ε in pixel units"
    told = []
    with canvas(theme, 4.6, title=title, alt="") as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        for i, (report, points, curves) in enumerate(drawn):
            name = points[0].curve
            x, mean = _mean_curve(curves[name], up_to=0.3)
            look: dict[str, Any] = {"color": theme.series[i], "linestyle": LINES[i]}
            axes.plot(x, mean, label=f"{report.id}, measured", **look)
            places = [p.epsilon or 0.0 for p in points]
            values = [float(p.value) for p in points]
            style: dict[str, Any] = {
                "color": theme.series[i],
                "marker": MARKERS[i],
                "linestyle": "none",
            }
            axes.plot(
                places,
                values,
                label=f"{report.id}, published",
                markersize=8,
                markerfacecolor="none",
                markeredgewidth=1.8,
                clip_on=False,
                zorder=4,
                **style,
            )
            told.append(
                f"Report {report.id} ({curves[name]['network']}): published "
                + ", ".join(f"{p.value:g} % at {p.epsilon:.3g}" for p in points)
                + f"; measured {mean[0]:.1f} % at {x[0]:g} to {mean[-1]:.1f} % at {x[-1]:.3g}"
            )
        axes.set(
            xlabel="ε (pixel units: 0 is black, 1 is white)",
            ylabel="Accuracy under FGSM (%)",
            xlim=(0, 0.3),
            ylim=(0, 100),
        )
        axes.xaxis.set_major_locator(MaxNLocator(6))
        figure.legend(loc="outside lower left", ncols=2, fontsize=10)
        figure.course_alt = f"{title}. {'. '.join(told)}."
    return figure


def _points(report: Report) -> list[Published]:
    """The published points of a report's first curve, each epsilon once."""
    on_curves = [p for p in report.published if p.curve and p.epsilon is not None]
    first = [
        p
        for p in on_curves
        if p.curve == on_curves[0].curve
        and p.profile == report.profiles[0]
        and p.unit == "%"
        and not isinstance(p.value, str)
    ]
    return list({p.epsilon: p for p in reversed(first)}.values())[::-1]


def _mean_curve(curve: Mapping[str, Any], up_to: float) -> tuple[list[float], list[float]]:
    """Epsilons and the mean accuracy over networks, in %."""
    shares = [
        [100 * hits / total for hits in row]
        for row, total in zip(curve["correct"], curve["total"], strict=True)
    ]
    means = [fmean(point) for point in zip(*shares, strict=True)]
    pairs = sorted(zip(curve["epsilons"], means, strict=True))
    kept = [(e, mean) for e, mean in pairs if e <= up_to + 1e-9]
    return [e for e, _ in kept], [mean for _, mean in kept]


def _plain_and_defended(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Report 000's two networks under FGSM and PGD, at the epsilons both were run at."""
    curves = results["000"]["runs"]["mnist"]["curves"]
    epsilons = curves["PGD plain"]["epsilons"]
    lines, bands = {}, {}
    for network in ("plain", "defended"):
        for attack in ("FGSM", "PGD"):
            curve = curves[f"{attack} {network}"]
            places = [curve["epsilons"].index(e) for e in epsilons]
            rows = [
                [row[place] / total for place in places]
                for row, total in zip(curve["correct"], curve["total"], strict=True)
            ]
            name = f"{network}, {curve['attack']}"
            lines[name] = [fmean(point) for point in zip(*rows, strict=True)]
            total = curve["total"][0]
            ends = [wilson_interval(round(share * total), total) for share in lines[name]]
            bands[name] = ([low for low, _ in ends], [high for _, high in ends])
    at = min(range(len(epsilons)), key=lambda i: abs(epsilons[i] - 8 / 255))
    least = lines["plain, PGD-40"]
    title = (
        f"“Naturally robust” at 8/255: {plots.percent(least[at])} left by PGD, "
        f"{plots.percent(least[-1])} at ε = {epsilons[-1]:g}"
    )
    return plots.robustness_curve(
        epsilons, lines, intervals=bands, chance=0.1, title=title, theme=theme
    )


def _confidence(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Draw the images of each bin at its middle; the bins are too narrow for this to show."""
    kept = results["004"]["runs"]["mnist"]["kept"]["confidence"]

    def spread(bins: Sequence[int]) -> Any:
        return np.repeat((np.arange(len(bins)) + 0.5) / len(bins), bins)

    return plots.confidence_histograms(spread(kept["clean"]), spread(kept["attacked"]), theme=theme)


def _confusion(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    tables = results["004"]["runs"]["mnist"]["kept"]["confusion"]
    classes = [str(k) for k in range(len(tables["clean"]))]
    return plots.confusion_matrices(tables["clean"], tables["attacked"], classes, theme=theme)


def _grid(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    return grid_figure(results["004"]["runs"]["mnist"]["kept"]["grid"], theme)


FIGURES = {
    "audit-one-axis": Drawing("All reports on one axis", _one_axis),
    "audit-000-curves": Drawing("Plain and defended under FGSM and PGD", _plain_and_defended),
    "audit-004-confidence": Drawing("How sure the network is", _confidence),
    "audit-004-confusion": Drawing("Which digit is taken for which", _confusion),
    "audit-004-grid": Drawing("Six digits, the change, and what comes out", _grid),
}


# --- tables -------------------------------------------------------------------------------------


def _published_table(report: str, results: Results) -> str:
    """The table of every published value, the measured one, and the reason for a difference."""
    known = reports()[report]
    runs = results.get(report, {"runs": {}})["runs"]
    lines = ["| claim | published | measured | difference | why |", "|---|--:|--:|--:|---|"]
    for profile in dict.fromkeys(p.profile for p in known.published):
        for row in comparisons(known, runs.get(profile), profile):
            if row.published is None:
                continue
            claim, theirs, ours, gap, why = (cell.replace("|", "\\|") for cell in row.cells())
            place = row.published.place
            lines.append(f"| {claim} (*{place}*) | {theirs} | {ours} | {gap} | {why} |")
    return "\n".join(lines) + "\n"


def _more_table(report: str, results: Results) -> str:
    """The table of other measurements, with a column for each profile."""
    known = reports()[report]
    runs = results.get(report, {"runs": {}})["runs"]
    asked = {p.key for p in known.published}
    profiles = sorted(runs, key=lambda profile: profile != known.profiles[0])
    columns = {p: {m.key: m for m in measurements(runs[p]) if m.title} for p in profiles}
    order = dict.fromkeys(
        key
        for profile in profiles
        for key in columns[profile]
        if key not in asked or len(profiles) > 1
    )
    if not order:
        return "Nothing beyond the published figures was measured.\n"
    lines = [f"| measured here | {' | '.join(profiles)} |", "|---|" + "--:|" * len(profiles)]
    for key in order:
        found = {p: columns[p][key] for p in profiles if key in columns[p]}
        cells = [with_interval(found[p]) if p in found else "-" for p in profiles]
        lines.append(f"| {next(iter(found.values())).title} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _setup(report: str, results: Results) -> str:
    """The report and the network it trains; its authors stand in the references."""
    known = reports()[report]
    entry = "002" if report == "003" else report  # one entry for the article and its notebook
    title = f"[“{known.title}”](../references.md#report-{entry})"
    read = f" ([read it]({known.link}))" if known.link else ""
    return f"{title}{read}. Network `{known.network}`.\n"


def _log(report: str, results: Results) -> str:
    """A folded log of a run: machine, time, and the effect of its shortcuts."""
    known = reports()[report]
    parts = []
    for profile, run in results.get(report, {"runs": {}})["runs"].items():
        of = f"{run['train_images']:,} training and {run['test_images']:,} test images"
        parts.append(
            f"{profile}: {of}, seeds {', '.join(map(str, run['seeds']))}, "
            f"{sum(run['seconds'].values()) / 60:.0f} minutes of work on a machine that was not "
            f"quiet ({run['machine']}, PyTorch {run['versions']['torch']}); `{run['command']}`."
        )
        parts += [
            f"Shortcut: {cut['what']}. {cut['key'][:1].upper()}{cut['key'][1:]} "
            f"{in_unit(cut['taken'], cut['unit'])} with it, "
            f"{in_unit(cut['without'], cut['unit'])} without."
            for cut in run["shortcuts"]
        ]
    left_out = [p for p in known.profiles if p not in results.get(report, {"runs": {}})["runs"]]
    parts += [f"{profile}: not run here." for profile in left_out]
    told = "\n".join(f"    - {part}" for part in parts)
    return f'??? note "What was run, and what its shortcuts changed"\n\n{told}\n'


def _findings(results: Results) -> str:
    """The findings of the reports: claim, what was run, what came out, and why."""
    told = []
    for report in reports().values():
        run = results.get(report.id, {"runs": {}})["runs"].get(report.profiles[0])
        for finding in report.findings:
            parts = {
                "We ran": finding.ran,
                "Out came": finding.with_numbers(run) if run else "Not run here yet.",
                "Why": finding.why,
            }
            meanings = "\n".join(f":   **{name}.** {text}" for name, text in parts.items())
            told.append(f"{report.id}: {finding.claim}\n{meanings}\n")
    return "\n".join(told)


TABLES: dict[str, Callable[[Results], str]] = {
    f"audit-{report}{suffix}": partial(write, report)
    for report in reports()
    for suffix, write in (
        ("", _published_table),
        ("-more", _more_table),
        ("-setup", _setup),
        ("-log", _log),
    )
} | {"audit-findings": _findings}
