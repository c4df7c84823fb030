"""Measurements for the lecture on other defences: a digit reader for pixels of one bit.

`course figures --measure` runs it and stores the numbers in `solutions/results/`, from which
`solutions.figures.defences` draws.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from course.budget import budget
from course.data import Split, load
from course.defences import Quantised
from course.metrics import accuracy, evaluating, predict
from course.models import build
from course.training import fit, plain_recipe
from solutions.audit import StraightThrough
from solutions.pgd import Loss, cross_entropy, margin_loss, project

PROFILE = "digits"
NETWORK = "strided-cnn"
LEVELS = 2  # one bit
SEEDS = (0, 1, 2)
IMAGES = 300
STEPS = 40
EPSILONS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2)


def measure(*, images: int = IMAGES, epochs: int | None = None) -> dict[str, Any]:
    """Train on one-bit images, attack with and without the rounding's gradient.

    Accuracies and shares of pixels are fractions; curves are lists over `EPSILONS`, one for each
    of `SEEDS`.
    """
    data = load(PROFILE)
    test = data.test[torch.arange(images)]
    curves: dict[str, list[list[float]]] = {"plain": [], "blocked": [], "straight through": []}
    for seed in tqdm(SEEDS, desc="one bit"):
        plain: nn.Module = build(NETWORK, seed=seed)
        rounded = Quantised(build(NETWORK, seed=seed), LEVELS)
        recipe = plain_recipe(epochs or budget(PROFILE).cnn_epochs, seed=seed)
        for network in (plain, rounded):
            fit(network, data.train.images, data.train.labels, recipe, progress=False)
        ways = {
            "plain": (plain, plain),
            "blocked": (rounded, rounded),
            "straight through": (rounded, StraightThrough(rounded)),
        }
        for name, (model, followed) in ways.items():
            curves[name].append([left(model, followed, test, epsilon) for epsilon in EPSILONS])
    pixels = data.test.images
    return {
        "about": {
            "command": "course figures --measure",
            "profile": PROFILE,
            "network": NETWORK,
            "images": images,
            "seeds": list(SEEDS),
            "steps": STEPS,
        },
        "epsilons": list(EPSILONS),
        "pixels": {
            "near black or white": [share((pixels <= e) | (pixels >= 1 - e)) for e in EPSILONS],
            "near the threshold": [share((pixels - 0.5).abs() <= e) for e in EPSILONS],
        },
        "accuracy": curves,
    }


def left(model: nn.Module, followed: nn.Module, test: Split, epsilon: float) -> float:
    """Fraction of images that `model` reads rightly at every step of two attacks on `followed`.

    The attacks are PGD on the cross-entropy and on the margin. Behind a rounding the last step
    need not be the worst, so all of them are counted.
    """
    if epsilon == 0:
        return round(accuracy(model, test.images, test.labels), 4)
    standing = torch.ones(len(test), dtype=torch.bool)
    for loss in (cross_entropy, margin_loss):
        for moved in _steps(followed, test, epsilon, loss):
            standing &= predict(model, moved).argmax(dim=1) == test.labels
    return round(standing.double().mean().item(), 4)


def _steps(model: nn.Module, test: Split, epsilon: float, loss: Loss) -> list[Tensor]:
    """The images after each step of PGD, from the clean images on."""
    x, found = test.images, [test.images]
    with evaluating(model), torch.enable_grad():
        for _ in range(STEPS):
            x = x.detach().requires_grad_()
            total = loss(model(x), test.labels).sum()
            (gradient,) = torch.autograd.grad(total, x)
            moved = x.detach() + epsilon / 4 * gradient.sign()
            x = project(test.images, moved, epsilon)
            found.append(x)
    return found


def share(where: Tensor) -> float:
    """The fraction that is True, to four places."""
    return round(where.double().mean().item(), 4)
