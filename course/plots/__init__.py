"""The course's figures: one function for each picture that a lecture or a notebook shows.

Every function takes plain numbers or tensors, checks them, and returns a matplotlib Figure whose
title says what is seen; `alt_text(figure)` says it in words and `save(figure, path)` writes it.
`theme=DARK` draws for a dark page, `title="..."` replaces the title.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb, to_rgba
from matplotlib.ticker import FuncFormatter, MaxNLocator

from course.errors import CourseError
from course.plots.inputs import (
    bands_of,
    class_indices,
    counts,
    few,
    fractions,
    image_batch,
    numbers,
    optional_fractions,
)
from course.plots.style import (
    DARK,
    EITHER,
    HATCHES,
    LIGHT,
    LINES,
    MARKERS,
    WIDTH,
    CourseFigure,
    Theme,
    alt_text,
    canvas,
    contrast,
    luminance,
    plain_axes,
    save,
)

__all__ = [
    "DARK",
    "EITHER",
    "LIGHT",
    "CourseFigure",
    "Theme",
    "activation_drift",
    "alt_text",
    "attack_grid",
    "confidence_histograms",
    "confusion_matrices",
    "image_row",
    "percent",
    "robustness_curve",
    "save",
    "training_curves",
]


# --- drawing ----------------------------------------------------------------------------------


# --- words ------------------------------------------------------------------------------------
