"""Measurements that several reports need: counts under FGSM, and confidence as a detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from course.data import Split
from course.metrics import predict
from course.training import History, Perturb, Recipe, fit
from solutions.fgsm import loss_gradient
from solutions.reproductions.lab import Lab

BATCH = 128


@dataclass(frozen=True)
class Counts:
    """Counts of images classified rightly before an attack, after it, and both before and after.

    The lists have an entry for each epsilon.
    """

    total: int
    clean: int
    correct: list[int]
    both: list[int]


def fgsm_counts(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilons: Sequence[float],
    *,
    clamp: bool = True,
) -> dict[str, Any]:
    """`Counts` under FGSM, as a dict; one gradient in float32 is used for all epsilons.

    images (n, C, H, W) in [0, 1]; epsilons in pixel units. Without `clamp` attacked pixels may
    leave [0, 1], as some reports let them.
    """
    clean, correct, both = 0, [0] * len(epsilons), [0] * len(epsilons)
    for x, y in zip(images.split(BATCH), labels.split(BATCH), strict=True):
        direction = loss_gradient(model, x, y).sign()
        before = predict(model, x).argmax(dim=1) == y
        clean += int(before.sum())
        for place, epsilon in enumerate(epsilons):
            moved = x + epsilon * direction
            after = predict(model, moved.clamp(0, 1) if clamp else moved).argmax(dim=1) == y
            correct[place] += int(after.sum())
            both[place] += int((before & after).sum())
    return asdict(Counts(len(labels), clean, correct, both))


def trained(
    lab: Lab,
    name: str,
    build: Any,
    recipe: Recipe,
    *,
    train: Split | None = None,
    perturb: Perturb | None = None,
    **inputs: Any,
) -> tuple[nn.Module, dict[str, Any]]:
    """`lab.network` for a network that `course.training.fit` trains; the note is its history.

    train: images to learn from instead of the lab's. inputs: all that determines the weights
    besides the recipe, such as the names of the network and of `perturb`.
    """
    split = lab.data.train if train is None else train

    def learn(model: nn.Module) -> dict[str, Any]:
        history: History = fit(
            model, split.images, split.labels, recipe, perturb=perturb, progress=lab.progress
        )
        return asdict(history)

    if len(split) != len(lab.data.train):
        inputs["train_images"] = len(split)
    return lab.network(name, build, learn, recipe=asdict(recipe), **inputs)


def detection(clean: Tensor, attacked: Tensor) -> float:
    """Area under the ROC curve of "low confidence means attacked": .5 is guessing, 1 perfect.

    Two lists of confidences. It is the share of pairs in which the clean image has the higher
    one, ties counting half.
    """
    ordered = attacked.double().sort().values
    below = torch.searchsorted(ordered, clean.double(), right=False)
    upto = torch.searchsorted(ordered, clean.double(), right=True)
    return float((below + upto).double().mean() / 2 / len(attacked))
