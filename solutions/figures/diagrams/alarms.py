"""Diagrams of alarms in operation: sums that grow, and base rates."""

from __future__ import annotations

from typing import Any

import numpy as np

from course import plots
from course.plots.style import canvas, plain_axes

EXPECTED, WANTED, BEGINS, DAYS, LIMIT = 2.0, 6.0, 20, 32, 10.0


def cusum(alarms: np.ndarray, allowance: float) -> np.ndarray:
    """S_t = max(0, S_(t-1) + a_t - allowance) for each day, from 0 (Page 1954)."""
    total, sums = 0.0, []
    for count in alarms:
        total = max(0.0, total + count - allowance)
        sums.append(total)
    return np.array(sums)


def cusum_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
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


def base_rates_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
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
