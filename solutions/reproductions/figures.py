"""The audit's figures and tables, drawn from committed results: a part of `course figures`.

`FIGURES` and `TABLES` hold functions as in `solutions.fgsm_figures`, but each takes
`{report: result}`, the files of `results/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from course import plots


def grid_figure(grid: Mapping[str, Any], theme: plots.Theme = plots.LIGHT) -> plots.CourseFigure:
    """Clean images, the change magnified, attacked images: what `measure.image_grid` kept."""

    def pixels(kind: str) -> Any:
        return np.array(grid[kind]["pixels"], dtype=float).reshape(-1, *grid["shape"]) / 255

    return plots.attack_grid(
        pixels("clean"),
        pixels("adversarial"),
        labels=grid["labels"],
        clean_predictions=grid["clean"]["predictions"],
        adversarial_predictions=grid["adversarial"]["predictions"],
        clean_confidences=grid["clean"]["confidences"],
        adversarial_confidences=grid["adversarial"]["confidences"],
        epsilon=grid["epsilon"],
        theme=theme,
    )
