"""Draws the results of reports 001, 002 and 003 on MNIST from the committed files.

One printed table in four units, the effect of an attack inside a network, robustness that is only
apparent, the cost of robustness, and one network under several attacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import fmean
from typing import Any

from course import plots
from solutions.figures.gallery import Drawing
from solutions.reproductions.record import measurements, with_interval
from solutions.reproductions.reports.claims_table import PIXELS, TABLE

Results = Mapping[str, Any]
"""{report: the JSON of its result}."""


def _run(results: Results, report: str) -> Mapping[str, Any]:
    run: Mapping[str, Any] = results[report]["runs"]["mnist"]
    return run


def _means(curve: Mapping[str, Any]) -> list[float]:
    """Mean accuracy over networks at each epsilon, in [0, 1]."""
    rows = zip(*curve["correct"], strict=True)
    return [fmean(h / t for h, t in zip(hits, curve["total"], strict=True)) for hits in rows]


def _readings(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """The table as printed, and our results for each way to read its epsilon."""
    curves = {
        name.removeprefix("FGSM, "): _means(curve)
        for name, curve in _run(results, "002")["curves"].items()
        if name.startswith("FGSM, ")
    }
    printed = {"as printed": [value / 100 for value in TABLE.values()]}
    others = [values[-1] for name, values in curves.items() if name != PIXELS]
    title = (
        f"Printed {plots.percent(printed['as printed'][-1])} at 0.3: in pixels "
        f"{plots.percent(curves[PIXELS][-1])}, by the published code at least "
        f"{plots.percent(min(others))}"
    )
    return plots.robustness_curve(
        list(TABLE),
        {**printed, **curves},
        chance=0.1,
        x_label="The number written as ε",
        title=title,
        theme=theme,
    )


def _drift(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    drifts = _run(results, "002")["kept"]["drift"]
    last = list(drifts["FGSM"])[-1]
    title = "At ε = 0.1 FGSM moves {} by {}, noise of the same size by {}".format(
        last, *(plots.percent(drifts[name][last]) for name in ("FGSM", "random sign noise"))
    )
    return plots.activation_drift(drifts, title=title, theme=theme)


def _masking(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """FGSM and PGD on a network trained on each."""
    kept = _run(results, "001")["curves"]
    curves = {
        f"{training} training, {attack}": kept[f"masking: {training} training, {attack}"]
        for training in ("FGSM", "PGD")
        for attack in ("FGSM", "PGD")
    }
    lines = {name: _means(curve) for name, curve in curves.items()}
    epsilons = kept["masking: FGSM training, FGSM"]["epsilons"]
    one_step, many = (lines[f"FGSM training, {attack}"][-1] for attack in ("FGSM", "PGD"))
    title = (
        f"Trained on FGSM at {epsilons[-1]:g}: {plots.percent(one_step)} right under FGSM, "
        f"{plots.percent(many)} under PGD"
    )
    return plots.robustness_curve(epsilons, lines, chance=0.1, title=title, theme=theme)


def _trade_off(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    """Clean and robust accuracy against the epsilon that was trained on."""
    run = _run(results, "002")
    found = {m.key: float(m.value) for m in measurements(run) if m.key.startswith("trade-")}
    trained = sorted({key.split("-")[1] for key in found if key.endswith("-clean")}, key=float)
    attacks = [e for e in trained if float(e)]
    lines = {"clean": [found[f"trade-{e}-clean"] / 100 for e in trained]}
    for attack in attacks:
        name = f"PGD at ε = {attack}"
        lines[name] = [found[f"trade-{e}-{attack}"] / 100 for e in trained]
    robust = lines[f"PGD at ε = {attacks[-1]}"]
    title = (
        f"Trained at {trained[-1]}: {plots.percent(robust[-1])} right under PGD at "
        f"{attacks[-1]}, and {plots.percent(lines['clean'][-1])} instead of "
        f"{plots.percent(lines['clean'][0])} clean"
    )
    return plots.robustness_curve(
        [float(e) for e in trained],
        lines,
        x_label="ε trained on (pixel units)",
        title=title,
        theme=theme,
    )


def attack_curves(run: Mapping[str, Any], theme: plots.Theme = plots.LIGHT) -> plots.CourseFigure:
    """One network under each attack of report 003, from one profile's result."""
    # The other curves of the report are the table's readings, which do not have an attack's name.
    curves = {name: curve for name, curve in run["curves"].items() if name == curve["attack"]}
    lines = {name: _means(curve) for name, curve in curves.items()}
    epsilons = next(iter(curves.values()))["epsilons"]
    at = epsilons.index(0.1)
    (weak, first), *_, (strong, last) = lines.items()
    title = (
        f"At ε = 0.1 {weak} leaves {plots.percent(first[at])}, {strong} {plots.percent(last[at])}"
    )
    return plots.robustness_curve(epsilons, lines, chance=0.1, title=title, theme=theme)


def _attacks(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    return attack_curves(_run(results, "003"), theme)


FIGURES = {
    "audit-001-masking": Drawing("Trained on FGSM, attacked by PGD", _masking),
    "audit-002-readings": Drawing("One table, four ways to read its epsilon", _readings),
    "audit-002-drift": Drawing("How far each layer moves", _drift),
    "audit-002-trade-off": Drawing("Clean against robust accuracy", _trade_off),
    "audit-003-attacks": Drawing("One network under four attacks", _attacks),
}


def _choices(results: Results) -> str:
    """The table of report 003's exercises, with one choice of training in each row."""
    found = {m.key: m for m in measurements(_run(results, "003"))}
    rows = ["| training | clean | under FGSM, ε = 0.1 |", "|---|--:|--:|"]
    for key, clean in found.items():
        if key.endswith("-clean") and (attacked := found.get(key.replace("-clean", "-fgsm"))):
            title = clean.title.removesuffix(": clean").partition(": ")
            cells = (with_interval(clean), with_interval(attacked))
            rows.append(f"| {title[2] or title[0]} | {cells[0]} | {cells[1]} |")
    return "\n".join(row for row in rows if "ONNX" not in row) + "\n"


TABLES: dict[str, Callable[[Results], str]] = {"training-choices": _choices}
