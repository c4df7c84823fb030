"""Diagrams of counting: the worst case over attacks, and confidence intervals."""

from __future__ import annotations

from typing import Any

from matplotlib.patches import Rectangle

from course import plots
from course.metrics import wilson_interval
from course.plots.style import canvas, plain_axes
from solutions.figures.diagrams.pieces import note, stage

BROKEN = {"A": {1, 2, 3, 4}, "B": {3, 4, 5}, "C": {6}}
IMAGES = 10


def worst_case_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
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


def intervals_diagram(_: Any, theme: plots.Theme) -> plots.CourseFigure:
    """The same 60 % from 100, 1,000 and 10,000 images, with Wilson's intervals."""
    counts = (100, 1_000, 10_000)
    found = [wilson_interval(round(0.6 * n), n) for n in counts]
    widths = [100 * (high - low) for low, high in found]
    title = "60 %: intervals {:.0f}, {:.0f} and {:.0f} points wide".format(*widths)
    told = "; ".join(
        f"{n:,} images: {100 * low:.1f} to {100 * high:.1f} %"
        for n, (low, high) in zip(counts, found, strict=True)
    )
    alt = (
        f"95 % Wilson intervals of an accuracy of 60 %, one bar for each number of images. {told}. "
        "The bars become shorter: 100 times as many images make them about a tenth as long"
    )
    with canvas(theme, 2.4, title=title, alt=alt) as figure:
        axes = figure.subplots()
        plain_axes(axes, theme)
        for row, (low, high) in enumerate(found):
            axes.plot([100 * low, 100 * high], [row, row], color=theme.series[row], lw=5)
            axes.plot(60, row, "o", color=theme.ink, ms=6)
        axes.set(xlim=(45, 75), ylim=(2.6, -0.6), xlabel="Accuracy (%)")
        axes.set_yticks(range(3), [f"{n:,} images" for n in counts])
    return figure
