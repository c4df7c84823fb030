"""The lectures' diagrams: what an attack, a hook, a loop or the grader does, drawn as a picture.

They show no measurement. What is computed in them is computed where it is drawn: the convolution,
the paths of two attacks on a function of two variables, and a certified radius.
`solutions.draw` writes them beside the figures of the lectures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from scipy.stats import beta

from course import plots
from course.plots.style import canvas, contrast, luminance
from solutions.figures.diagrams.attack_paths import _ball
from solutions.figures.diagrams.convolution import _convolution
from solutions.figures.diagrams.flows import _grader, _hook, _min_max
from solutions.figures.diagrams.smoothing import _smoothing
from solutions.figures.fgsm import Drawing

# --- pieces ---------------------------------------------------------------------------------------


# --- convolution ----------------------------------------------------------------------------------


# --- hooks ----------------------------------------------------------------------------------------


# --- the ball, FGSM and PGD -----------------------------------------------------------------------


# --- the min-max loop -----------------------------------------------------------------------------


# --- the grader -----------------------------------------------------------------------------------


# --- randomised smoothing -------------------------------------------------------------------------


DIAGRAMS: Mapping[str, Callable[[Any, plots.Theme], plots.CourseFigure]] = {
    "diagram-convolution": _convolution,
    "diagram-hook": _hook,
    "diagram-ball": _ball,
    "diagram-min-max": _min_max,
    "diagram-grader": _grader,
    "diagram-smoothing": _smoothing,
}
FIGURES = {name: Drawing((draw.__doc__ or "").rstrip("."), draw) for name, draw in DIAGRAMS.items()}
