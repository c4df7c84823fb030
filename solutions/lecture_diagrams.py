"""More diagrams of the lectures: norms, a threat model, relaxed ReLUs, counting, and alarms.

They show no measurement. What is computed in them is computed where it is drawn.
`solutions.figures` writes them beside the figures of the lectures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from course import plots
from course.metrics import wilson_interval
from course.plot_style import canvas, plain_axes
from solutions.diagrams import arrow, box, note, stage
from solutions.fgsm_figures import Drawing

# --- norms and threat models ----------------------------------------------------------------------


def _norm_balls(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """Everything that two pixels may do within a budget of 1, in four norms."""
    alt = (
        "4 panels with the two pixels' changes as axes. L0: the two axes alone, since one pixel "
        "may change by any amount. L1: a square standing on its corner. L2: a circle. L infinity: "
        "an upright square, the largest of the last 3. A point with both changes 0.6 lies inside "
        "the circle and the upright square, and outside the standing square"
    )
    angles = np.linspace(0, 2 * np.pi, 200)
    shapes = {
        "$L_1$": np.array([[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]], dtype=float),
        "$L_2$": np.stack([np.cos(angles), np.sin(angles)], axis=1),
        "$L_\\infty$": np.array([[1, 1], [-1, 1], [-1, -1], [1, -1], [1, 1]], dtype=float),
    }
    title = "Two pixels, a budget of 1, four norms"
    with canvas(theme, 2.3, width=6.4, title=title, alt=alt) as figure:
        panels = figure.subplots(1, 4, sharey=True)
        for axes, name in zip(panels, ("$L_0$", *shapes), strict=True):
            plain_axes(axes, theme)
            axes.set(xlim=(-1.4, 1.4), ylim=(-1.4, 1.4), aspect="equal", title=name)
            axes.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
            if name in shapes:
                axes.fill(*shapes[name].T, color=theme.series[0], alpha=0.25, lw=0)
                axes.plot(*shapes[name].T, color=theme.series[0], lw=1.6)
            else:
                axes.plot([-1.4, 1.4], [0, 0], color=theme.series[0], lw=3)
                axes.plot([0, 0], [-1.4, 1.4], color=theme.series[0], lw=3)
            axes.plot(0.6, 0.6, "s", color=theme.series[1], ms=5)
        panels[0].set_ylabel("pixel 2", fontsize=9)
        figure.supxlabel("change of pixel 1; the mark is (0.6, 0.6)", fontsize=9)
    return figure


def _threat_model(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """From an object to a decision, and where attackers of different capability stand."""
    alt = (
        "A chain of 5 boxes: object, camera, file, network, decision. Training data point to the "
        "network from below. Arrows from above mark what an attacker may reach: paint on the "
        "object, light on the camera, pixels of the file (this course), questions to the network. "
        "From below: poisoned images in the training data"
    )
    with canvas(
        theme, 3.0, width=6.4, title="Where an attacker stands decides the attack", alt=alt
    ) as figure:
        axes = stage(figure, 20, 9)
        names = ("object", "camera", "file", "network", "decision")
        for place, name in enumerate(names):
            look = {"edgecolor": theme.series[0], "linewidth": 2.2} if name == "file" else {}
            box(axes, (0.2 + 4 * place, 3.6), (3, 1.6), name, theme, **look)
            if place:
                arrow(axes, (4 * place - 0.8, 4.4), (4 * place + 0.2, 4.4), theme.ink)
        reached = {"paint,\nstickers": 1.7, "light,\nlaser": 5.7, "pixels:\nthis course": 9.7}
        for words, x in (reached | {"questions\nand answers": 13.7}).items():
            colour = theme.series[0] if "course" in words else theme.series[1]
            arrow(axes, (x, 6.6), (x, 5.3), colour)
            note(axes, (x, 7.6), words, ha="center", color=colour)
        box(axes, (12.2, 0.3), (3, 1.6), "training\ndata", theme)
        arrow(axes, (13.7, 1.9), (13.7, 3.6), theme.ink)
        arrow(axes, (10.4, 1.1), (12.1, 1.1), theme.series[1])
        note(axes, (10.2, 1.1), "poison", ha="right", color=theme.series[1])
        note(axes, (16.2, 1.1), "a system decides,\nnot a network", fontsize=8.5)
    return figure


# --- certificates ---------------------------------------------------------------------------------

LOW, HIGH = -1.0, 2.0


def _relaxation(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """A ReLU in doubt between a line above and a line below."""
    slope = HIGH / (HIGH - LOW)
    alt = (
        f"A ReLU with its input between l = {LOW:g} and u = {HIGH:g}. The upper line joins the "
        f"ends of the ReLU with slope {slope:.2f}. Two lower lines: the identity and zero. The "
        "area between the upper line and the identity is shaded: it is smaller than the one above "
        "zero, since u is larger than -l"
    )
    with canvas(theme, 3.3, title="A ReLU in doubt, between two lines", alt=alt) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        z = np.linspace(LOW, HIGH, 301)
        axes.fill_between(z, z, slope * (z - LOW), color=theme.series[0], alpha=0.18, lw=0)
        axes.plot(z, slope * (z - LOW), color=theme.series[0], lw=1.8, label="line above")
        axes.plot(z, z, color=theme.series[1], lw=1.8, ls="--", label="below, a = 1")
        axes.plot(z, 0 * z, color=theme.series[2], lw=1.8, ls=":", label="below, a = 0")
        axes.plot(z, np.maximum(z, 0), color=theme.ink, lw=2.4, label="ReLU")
        axes.set(xlabel="z", ylabel="max(0, z)", ylim=(-1.1, 2.2))
        figure.legend(loc="outside right upper", fontsize=9)
    return figure


# --- counting -------------------------------------------------------------------------------------

BROKEN = {"A": {1, 2, 3, 4}, "B": {3, 4, 5}, "C": {6}}
IMAGES = 10


def _worst_case(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """Three attacks on ten images: what each breaks, and what all three together break."""
    rows = {**BROKEN, "worst\ncase": set.union(*BROKEN.values())}
    left = {name: IMAGES - len(broken) for name, broken in rows.items()}
    told = "; ".join(
        f"{' '.join(name.split())} breaks {sorted(broken)}" for name, broken in rows.items()
    )
    alt = f"A grid of {IMAGES} images by {len(rows)} rows, broken images filled. {told}"
    *alone, together = left.values()
    title = f"Alone they leave {', '.join(map(str, alone))} images, together {together}"
    with canvas(theme, 2.6, title=title, alt=alt) as figure:
        axes = stage(figure, IMAGES + 3.6, len(rows) + 1.2)
        for row, (name, broken) in enumerate(rows.items()):
            y = len(rows) - row - 1
            note(axes, (1.1, y + 0.5), name, ha="right")
            colour = theme.series[0] if row < len(BROKEN) else theme.alarm
            for image in range(1, IMAGES + 1):
                face = colour if image in broken else "none"
                place = (0.4 + image, y + 0.08)
                axes.add_patch(Rectangle(place, 0.84, 0.84, facecolor=face, edgecolor=theme.ink))
            share = f"{100 * (IMAGES - len(broken)) // IMAGES} %"
            note(axes, (IMAGES + 1.7, y + 0.5), share)
        for image in range(1, IMAGES + 1):
            note(axes, (0.82 + image, len(rows) + 0.4), str(image), ha="center", fontsize=8)
    return figure


def _intervals(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """The same 60 % from 100, 1,000 and 10,000 images, with Wilson's intervals."""
    counts = (100, 1_000, 10_000)
    found = [wilson_interval(round(0.6 * n), n) for n in counts]
    widths = [100 * (high - low) for low, high in found]
    title = "60 %: intervals {:.0f}, {:.0f} and {:.0f} points wide".format(*widths)
    told = "; ".join(
        f"{n:,} images: {100 * low:.1f} to {100 * high:.1f} %"
        for n, (low, high) in zip(counts, found, strict=True)
    )
    alt = f"95 % Wilson intervals of an accuracy of 60 %. {told}"
    with canvas(theme, 2.4, title=title, alt=alt) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        for row, (low, high) in enumerate(found):
            axes.plot([100 * low, 100 * high], [row, row], color=theme.series[row], lw=5)
            axes.plot(60, row, "o", color=theme.ink, ms=6)
        axes.set(xlim=(45, 75), ylim=(2.6, -0.6), xlabel="Accuracy (%)")
        axes.set_yticks(range(3), [f"{n:,} images" for n in counts])
    return figure


# --- alarms ---------------------------------------------------------------------------------------

EXPECTED, WANTED, BEGINS, DAYS, LIMIT = 2.0, 6.0, 20, 32, 10.0


def cusum(alarms: np.ndarray, allowance: float) -> np.ndarray:
    """S_t = max(0, S_(t-1) + a_t - allowance) for each day, from 0 (Page 1954)."""
    total, sums = 0.0, []
    for count in alarms:
        total = max(0.0, total + count - allowance)
        sums.append(total)
    return np.array(sums)


def _cusum(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """Daily alarms that rise from 2 to 6 on average, and the sum that notices."""
    random = np.random.RandomState(3)
    alarms = np.append(random.poisson(EXPECTED, BEGINS), random.poisson(WANTED, DAYS - BEGINS))
    sums = cusum(alarms, (EXPECTED + WANTED) / 2)
    crossing = int((sums > LIMIT).argmax()) + 1
    alt = (
        f"Bars: alarms of {DAYS} simulated days, {EXPECTED:g} a day on average at first, "
        f"{WANTED:g} from day {BEGINS + 1} on. Line: the CUSUM sum, near 0 for the first {BEGINS} "
        f"days, above its limit of {LIMIT:g} from day {crossing} on"
    )
    title = f"Attack from day {BEGINS + 1}, noticed on day {crossing}"
    with canvas(theme, 3.3, title=title, alt=alt) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        days = np.arange(1, DAYS + 1)
        axes.bar(days, alarms, color=theme.series[0], alpha=0.6, label="alarms of the day")
        axes.plot(days, sums, color=theme.series[1], lw=2, label="sum S")
        axes.axhline(LIMIT, color=theme.ink, lw=1.2, ls="--", label="limit h")
        axes.axvline(BEGINS + 0.5, color=theme.faint, lw=1.5)
        axes.set(xlabel="Day", xlim=(0.3, DAYS + 0.7))
        figure.legend(loc="outside lower left", ncols=3, fontsize=9)
    return figure


def _base_rates(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """What an alarm means, against the share of attacked images."""
    share = np.logspace(-5, -1, 200)
    rates = (1e-2, 1e-3, 1e-4)
    curves = {rate: _right(share, rate) for rate in rates}
    at, _, best = (float(_right(np.array(1e-4), rate)) for rate in rates)
    alt = (
        "The probability that an alarm is right against the share of attacked images, on a "
        "logarithmic axis, for false positive rates of 1 %, 0.1 % and 0.01 %. At 1 attacked image "
        f"in 10,000 it is {100 * at:.2f} % for the first and {100 * best:.0f} % for the last"
    )
    title = f"One in 10,000 attacked: {100 * at:.2f} % of alarms right"
    with canvas(theme, 3.5, title=title, alt=alt) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        for i, (rate, values) in enumerate(curves.items()):
            axes.plot(
                share,
                100 * values,
                color=theme.series[i],
                ls=("-", "--", "-.")[i],
                label=f"{100 * rate:g} % false alarms",
            )
        axes.plot(1e-4, 100 * at, "o", color=theme.ink)
        axes.set(
            xscale="log", xlabel="Share of attacked images", ylabel="Alarms that are right (%)"
        )
        figure.legend(loc="outside lower left", ncols=2, fontsize=9)
    return figure


def _right(share: np.ndarray, rate: float) -> np.ndarray:
    """Bayes' rule for a detector that finds 95 % of attacks, with `rate` false alarms."""
    found: np.ndarray = 0.95 * share / (0.95 * share + rate * (1 - share))
    return found


DIAGRAMS: Mapping[str, Callable[[Any, plots.Theme], plots.CourseFigure]] = {
    "diagram-norm-balls": _norm_balls,
    "diagram-threat-model": _threat_model,
    "diagram-relaxation": _relaxation,
    "diagram-worst-case": _worst_case,
    "diagram-intervals": _intervals,
    "diagram-cusum": _cusum,
    "diagram-base-rates": _base_rates,
}
FIGURES = {name: Drawing((draw.__doc__ or "").rstrip("."), draw) for name, draw in DIAGRAMS.items()}
