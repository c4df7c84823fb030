"""The course's figures: one function for each picture that a lecture or a notebook shows.

Every function takes plain numbers or tensors, checks them, and returns a matplotlib Figure whose
title says what is seen; `alt_text(figure)` says it in words and `save(figure, path)` writes it.
`theme=DARK` draws for a dark page, `title="..."` replaces the title.
"""

from __future__ import annotations

from course.plots.counts import confidence_histograms, confusion_matrices
from course.plots.curves import activation_drift, robustness_curve, training_curves
from course.plots.images import attack_grid, image_row
from course.plots.style import DARK, EITHER, LIGHT, CourseFigure, Theme, alt_text, save
from course.plots.words import percent

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
