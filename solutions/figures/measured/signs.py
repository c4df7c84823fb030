"""Measurements on road signs in colour, for the lectures whose digits cannot show the same.

A change of 8/255 is one that nobody sees, and robustness has a price in clean accuracy. `course
figures --measure signs` runs it and stores the numbers in `solutions/results/`, from which
`solutions.figures.signs` draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from torch import nn
from tqdm import tqdm

from course.budget import budget
from course.data import Dataset, load
from course.models import build
from course.training import fit, plain_recipe
from solutions.adversarial_training import adversarial_train
from solutions.fgsm import fgsm
from solutions.figures.measured.fgsm import (
    PGD_STEPS,
    confusion,
    drift,
    fgsm_curve,
    grid_of,
    noise_curve,
    pgd_curve,
)
from solutions.random_search import sign_noise

PROFILE = "signs"
NETWORK = "strided-cnn"
LEVELS = (0, 2, 4, 8, 12, 16)  # of 255
TRAININGS = {"plain": 0, "trained at 8/255": 8, "trained at 16/255": 16}
SEEDS = (0, 1, 2)
SHOWN = (0, 3, 5, 6, 8)  # the first test image of each of these classes, fooled or not


def measure(*, seeds: Sequence[int] = SEEDS, epochs: int | None = None) -> dict[str, Any]:
    """Train plainly and against two budgets, attack, and count; accuracies are fractions.

    Where lists are nested, the inner one is a curve and the outer one has one per network.
    """
    allowed = budget(PROFILE)
    data = load(PROFILE).take(allowed.train_images, allowed.test_images)
    test, epsilon = data.test, allowed.epsilon
    epsilons = [level / 255 for level in LEVELS]
    models: dict[str, list[nn.Module]] = {name: [] for name in TRAININGS}
    for name, seed in tqdm([(n, s) for n in TRAININGS for s in seeds], desc="training"):
        models[name].append(trained(data, TRAININGS[name] / 255, epochs, seed))
    plain, first = models["plain"], models["plain"][0]
    attack = partial(fgsm, epsilon=epsilon)
    return {
        "about": {
            "command": "course figures --measure signs",
            "profile": data.name,
            "profile_sha256": data.sha256,
            "train_images": len(data.train),
            "test_images": len(test),
            "network": NETWORK,
            "epochs": [epochs or allowed.cnn_epochs, epochs or allowed.adversarial_epochs],
            "seeds": list(seeds),
            "pgd": f"{PGD_STEPS} steps of 2.5 epsilon / {PGD_STEPS}, random start, cross-entropy",
            "classes": list(data.classes),
        },
        "levels": list(LEVELS),
        "epsilon": round(255 * epsilon),
        "grid": grid_of(first, test, epsilon, SHOWN),
        "attacks": {
            "random sign noise": [noise_curve(m, test, epsilons, s) for s, m in enumerate(plain)],
            "FGSM": [fgsm_curve(m, test, epsilons) for m in plain],
        },
        "PGD": {
            name: [pgd_curve(m, test, epsilons, s) for s, m in enumerate(ms)]
            for name, ms in tqdm(models.items(), desc="PGD")
        },
        "confusion": {
            "clean": confusion(first, test.images, data),
            "attacked": confusion(first, attack(first, test.images, test.labels), data),
        },
        "drift": {
            "FGSM": drift(plain, test, attack),
            "random sign noise": drift(plain, test, partial(sign_noise, epsilon=epsilon, seed=0)),
            "FGSM, trained at 8/255": drift(models["trained at 8/255"], test, attack),
        },
    }


def trained(data: Dataset, epsilon: float, epochs: int | None, seed: int) -> nn.Module:
    """One network, trained plainly or, with an epsilon, against PGD, as in assignment 5."""
    allowed, train = budget(PROFILE), data.train
    model = build(NETWORK, seed=seed, in_channels=3, image_size=32)
    if epsilon:
        adversarial_train(
            model,
            train.images,
            train.labels,
            epsilon=epsilon,
            epochs=epochs or allowed.adversarial_epochs,
            seed=seed,
        )
    else:
        recipe = plain_recipe(epochs or allowed.cnn_epochs, seed=seed)
        fit(model, train.images, train.labels, recipe, progress=False)
    return model
