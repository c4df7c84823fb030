"""Measurements for the lecture on stronger attacks: what steps, starts and losses gain on signs.

`course figures --measure signs_attacks` runs it and stores the numbers in `solutions/results/`,
from which `solutions.figures.signs_attacks` draws.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from course.budget import budget
from course.data import Split, load
from course.metrics import predict
from solutions.evaluation import BoundAttack, attack_in_batches, worst_of
from solutions.fgsm import fgsm
from solutions.figures.measured.signs import NETWORK, PROFILE, TRAININGS, trained
from solutions.pgd import Loss, cross_entropy, margin_loss, pgd

SHOWN = ("plain", "trained at 8/255")
SEEDS = (0, 1)
STEPS, MORE_STEPS, STARTS = 20, 100, 5


def measure(*, epochs: int | None = None, images: int | None = None) -> dict[str, Any]:
    """Accuracy of plainly and adversarially trained networks under every attack, as fractions.

    Lists have one value for each of `SEEDS`.
    """
    allowed = budget(PROFILE)
    data = load(PROFILE).take(allowed.train_images, images or allowed.test_images)
    found: dict[str, dict[str, list[float]]] = {name: {} for name in SHOWN}
    for name, seed in tqdm([(n, s) for n in SHOWN for s in SEEDS], desc="attacks"):
        model = trained(data, TRAININGS[name] / 255, epochs, seed)
        for attack, left in _left(model, data.test, allowed.epsilon).items():
            found[name].setdefault(attack, []).append(round(left, 4))
    return {
        "about": {
            "command": "course figures --measure signs_attacks",
            "profile": PROFILE,
            "network": NETWORK,
            "images": len(data.test),
            "seeds": list(SEEDS),
            "epsilon": round(255 * allowed.epsilon),
            "steps": [STEPS, MORE_STEPS],
            "starts": STARTS,
        },
        "left": found,
    }


def _left(model: nn.Module, test: Split, epsilon: float) -> dict[str, float]:
    """Accuracy of one network under each attack; of several starts the worst counts."""
    starts = [_pgd(epsilon, STEPS, seed) for seed in range(STARTS)]
    attacks: dict[str, list[BoundAttack]] = {
        "none": [lambda _, images, __: images],
        "FGSM": [partial(fgsm, epsilon=epsilon)],
        "PGD": starts[:1],
        "more steps": [_pgd(epsilon, MORE_STEPS, 0)],
        "more starts": starts,
        "margin": [_pgd(epsilon, STEPS, 0, margin_loss)],
    }
    left = {
        name: torch.stack([_right(model, test, a) for a in several]).all(dim=0)
        for name, several in attacks.items()
    }
    worst = worst_of(model, test.images, test.labels, epsilon, steps=STEPS).accuracy
    return {name: right.double().mean().item() for name, right in left.items()} | {"worst": worst}


def _pgd(epsilon: float, steps: int, seed: int, loss: Loss = cross_entropy) -> BoundAttack:
    """PGD from a random start, with the usual step size."""
    generator = torch.Generator().manual_seed(seed)
    step_size = 2.5 * epsilon / steps
    return partial(
        pgd, epsilon=epsilon, step_size=step_size, steps=steps, loss=loss, generator=generator
    )


def _right(model: nn.Module, test: Split, attack: BoundAttack) -> Tensor:
    """Where the attacked image is still read rightly: (n,), bool."""
    attacked = attack_in_batches(attack, model, test.images, test.labels)
    return predict(model, attacked).argmax(dim=1) == test.labels
