"""A few images before and after FGSM: measured, stored as bytes in a result file, drawn from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from course.metrics import predict
from solutions.fgsm import fgsm

if TYPE_CHECKING:
    from course.plots import CourseFigure, Theme


def image_grid(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> dict[str, Any]:
    """A few images before and after FGSM, as bytes; the model's answers are for these bytes.

    The change is rounded towards zero, since half a byte more would leave the ball.
    """
    clean = (images * 255).round()
    change = 255 * fgsm(model, clean / 255, labels, epsilon) - clean
    adversarial = clean + (change + 1e-3 * change.sign()).trunc()  # 4.9999 is a 5 in float32
    grid: dict[str, Any] = {
        "shape": list(images.shape[1:]),
        "labels": labels.tolist(),
        "epsilon": epsilon,
    }
    for name, attacked in (("clean", clean), ("adversarial", adversarial)):
        logits = predict(model, attacked / 255)
        grid[name] = {
            "pixels": attacked.flatten(1).int().tolist(),
            "predictions": logits.argmax(dim=1).tolist(),
            "confidences": [round(c, 6) for c in logits.softmax(dim=1).amax(dim=1).tolist()],
        }
    return grid


def pixels(grid: Mapping[str, Any], kind: str) -> NDArray[np.float64]:
    """The "clean" or the "adversarial" images of a grid, (n, C, H, W) in [0, 1]."""
    return np.array(grid[kind]["pixels"], dtype=float).reshape(-1, *grid["shape"]) / 255


def grid_figure(
    grid: Mapping[str, Any], theme: Theme | None = None, classes: Sequence[str] | None = None
) -> CourseFigure:
    """Clean images, the change magnified, attacked images, from the result of `image_grid`."""
    from course import plots  # noqa: PLC0415  matplotlib, which measuring does not need

    return plots.attack_grid(
        pixels(grid, "clean"),
        pixels(grid, "adversarial"),
        labels=grid["labels"],
        clean_predictions=grid["clean"]["predictions"],
        adversarial_predictions=grid["adversarial"]["predictions"],
        clean_confidences=grid["clean"]["confidences"],
        adversarial_confidences=grid["adversarial"]["confidences"],
        epsilon=grid["epsilon"],
        classes=classes,
        theme=theme or plots.LIGHT,
    )
