"""The common parts of reports 002 and 003: network, recipe, table and its possible units.

Both print one table of accuracy against epsilon. The code, in the article and in the notebook that
was published with the tutorial, applies epsilon to standardised images. To find out whether the
table comes from the code, epsilon is read and clamped in each possible way. All of these can be
stated in pixels: with a standard deviation of s, an epsilon counted on standardised images is s
epsilon in pixels, and a clamp to [a, b] there is one to [m + s a, m + s b].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from torch import Tensor, nn

from course.metrics import predict
from course.models import build
from course.monitor import layer_summary
from course.training import Recipe
from solutions.fgsm import loss_gradient
from solutions.reproductions.lab import Lab
from solutions.reproductions.measure import BATCH, trained
from solutions.reproductions.record import number, share
from solutions.reproductions.reports.claims_table import PIXELS, TABLE

NETWORK = "simple-cnn"
MEAN, STD = 0.1307, 0.3081
RECIPE = Recipe(
    epochs=5,
    batch_size=64,
    optimizer="adam",
    learning_rate=0.001,
    schedule="constant",
    channels_last=True,
    bfloat16=True,
)
PRINTED = tuple(epsilon for epsilon in TABLE if epsilon)


@dataclass(frozen=True)
class Reading:
    """One way to read the printed epsilon: pixels per unit, and the clamp, in pixels."""

    title: str
    scale: float
    low: float
    high: float


def standardised(title: str, low: float, high: float) -> Reading:
    """Epsilon counted on standardised images, clamped to [low, high] there."""
    return Reading(title, STD, MEAN + STD * low, MEAN + STD * high)


READINGS = {
    "pixels": Reading(PIXELS, 1.0, 0.0, 1.0),
    "article": standardised("standardised, clamp [0, 1]", 0.0, 1.0),
    "notebook": standardised("standardised, clamp [−2, 2]", -2.0, 2.0),
    "right": standardised("standardised, clamp to black and white", -MEAN / STD, (1 - MEAN) / STD),
}
"""The readings by a short name. The article (report 002) prints one clamp; the notebook published
with report 003 has the other, which stands in neither document."""


def network(lab: Lab, seed: int, *, bfloat16: bool = True) -> nn.Module:
    """The reports' network, trained as they say; in quick runs for fewer epochs."""
    return with_history(lab, seed, bfloat16=bfloat16)[0]


def with_history(lab: Lab, seed: int, *, bfloat16: bool = True) -> tuple[nn.Module, dict[str, Any]]:
    """`network`, with the loss and accuracy of each epoch during training."""
    epochs = 2 if lab.quick else RECIPE.epochs
    recipe = replace(RECIPE, seed=seed, epochs=epochs, bfloat16=bfloat16)
    bits = "bfloat16" if bfloat16 else "float32"
    # Both reports train this network, so it is trained once and stored with report 002.
    first = replace(lab, report="002")
    return trained(first, f"{NETWORK} {seed} {bits}", maker(lab, seed), recipe, network=NETWORK)


def maker(lab: Lab, seed: int) -> Any:
    """A function that builds the network with its first weights, which depend on the seed alone."""
    channels, side, _ = lab.data.image_shape
    return partial(
        build,
        NETWORK,
        in_channels=channels,
        image_size=side,
        num_classes=lab.data.num_classes,
        normalize=((MEAN,) * channels, (STD,) * channels),
        seed=seed,
    )


def counts_by_reading(
    model: nn.Module, images: Tensor, labels: Tensor, printed: Sequence[float]
) -> dict[str, list[int]]:
    """The number of right images at each printed epsilon under each of `READINGS`.

    One gradient serves all: standardising does not change its sign. As in the published code, an
    epsilon of 0 is not left out: the clamp alone may then change an image.
    images (n, C, H, W) in [0, 1]; labels (n,).
    """
    counts = {name: [0] * len(printed) for name in READINGS}
    for x, y in zip(images.split(BATCH), labels.split(BATCH), strict=True):
        direction = loss_gradient(model, x, y).sign()
        for name, reading in READINGS.items():
            for place, epsilon in enumerate(printed):
                moved = x + reading.scale * epsilon * direction
                answers = predict(model, moved.clamp(reading.low, reading.high)).argmax(dim=1)
                counts[name][place] += int((answers == y).sum())
    return counts


def record_table(lab: Lab, models: Sequence[nn.Module]) -> None:
    """Record the table read in every way, and the distance of each from the printed one."""
    test, printed = lab.data.test, (0.0, *PRINTED)
    looks = lab.each(
        "table", lambda m: counts_by_reading(m, test.images, test.labels, printed), models
    )
    clean = [look["pixels"][0] for look in looks]
    lab.record(share("clean", clean, len(test)))
    for name, reading in READINGS.items():
        left = [look[name] for look in looks]
        lab.curve(
            f"FGSM, {reading.title}",
            network=NETWORK,
            attack="FGSM",
            epsilons=[reading.scale * epsilon for epsilon in printed],
            correct=left,
            total=len(test),
        )
        for place, epsilon in enumerate(printed):
            title = f"ε = {epsilon:g} {reading.title}"
            if name == "pixels" and not epsilon:
                continue  # that is the clean accuracy
            lab.record(share(f"{name}-{epsilon:g}", [row[place] for row in left], len(test), title))
        gaps = [
            max(
                abs(100 * row[place] / len(test) - TABLE[epsilon])
                for place, epsilon in enumerate(printed)
                if epsilon
            )
            for row in left
        ]
        lab.record(
            number(f"{name}-gap", gaps, "points", f"Furthest from the table: {reading.title}")
        )
    at = printed.index(0.1)
    drops = [100 * (look["pixels"][0] - look["pixels"][at]) / len(test) for look in looks]
    at = printed.index(0.2)
    guessing = [look["pixels"][at] / len(test) * lab.data.num_classes for look in looks]
    rows = layer_summary(models[0], lab.data.image_shape)
    flat = next(row.output_shape[0] for row in rows if row.kind == "Flatten")
    lab.record(
        number("inputs", [math.prod(lab.data.image_shape)], "count"),
        number("flattened", [flat], "count"),
        number("drop-0.1", drops, "points"),
        number("times-chance", guessing, "x"),
        number("epsilon-in-range", [100 * 0.1 * STD], "%"),
    )
