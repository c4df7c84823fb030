"""Measurements for the lecture on the state of robustness: an ensemble, and large epsilons.

`course figures --measure state` runs it and stores the numbers in `solutions/results/`, from which
`solutions.figures.state` draws, together with the published numbers of RobustBench.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from course.budget import budget
from course.data import Split, load
from course.metrics import accuracy, predict
from course.models import build
from course.training import fit, plain_recipe
from solutions.ensemble import apgd, dlr_loss, ensemble
from solutions.evaluation import Survival, attack_in_batches, worst_of
from solutions.figures.measured.attacks import Scaled
from solutions.figures.measured.certificates import on_pgd
from solutions.pgd import cross_entropy, pgd

PROFILE = "digits"
NETWORK = "strided-cnn"
IMAGES = 200
FACTOR = 10_000
LARGE = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
SHOWN = 3  # the class of the digit that is shown at every one of these
# What the course's own verdicts use, beside the ensemble.
SETS: dict[str, Callable[..., Survival]] = {
    "20 steps, 2 starts": partial(worst_of, steps=20, restarts=2),  # assignments 5 and 6
    "40 steps, 1 start": partial(worst_of, steps=40, restarts=1),  # the audit
    "the ensemble": ensemble,
}


def measure(*, images: int = IMAGES, epochs: int | None = None) -> dict[str, Any]:
    """Attack three networks with the ensemble, and one with ever larger epsilons."""
    data, epsilon = load(PROFILE), budget(PROFILE).epsilon
    test = data.test[torch.arange(images)]
    recipe = plain_recipe(epochs or budget(PROFILE).cnn_epochs, seed=0)
    plain, defended = build(NETWORK, seed=0), build(NETWORK, seed=0)
    x, y = data.train.images, data.train.labels
    fit(plain, x, y, recipe, progress=False)
    fit(defended, x, y, recipe, perturb=partial(on_pgd, epsilon), progress=False)
    networks = {
        "plain": plain,
        f"plain, logits times {FACTOR:,}": Scaled(plain, FACTOR).eval(),
        "PGD-trained": defended,
    }
    return {
        "about": {
            "command": "course figures --measure state",
            "profile": PROFILE,
            "network": NETWORK,
            "images": images,
            "epsilon": epsilon,
        },
        "sets": {
            name: {
                kind: _cost(model, test, partial(attacks, epsilon=epsilon))
                for kind, attacks in SETS.items()
            }
            for name, model in tqdm(networks.items(), desc="sets of attacks")
        },
        "alone": {
            name: _rounded(
                {
                    kind: _left(model, test, partial(apgd, epsilon=epsilon, loss=loss))
                    for kind, loss in (("cross-entropy", cross_entropy), ("DLR", dlr_loss))
                }
            )
            for name, model in networks.items()
        },
        "large": _large(defended, test),
    }


def _cost(model: nn.Module, test: Split, attacks: Callable[..., Survival]) -> dict[str, Any]:
    """What a set of attacks leaves after each member, and the images that the network was shown."""
    shown = 0

    def count(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal shown
        shown += len(output)

    hook = model.register_forward_hook(count)  # a copy of the network, as attacks make, has it too
    try:
        found = attacks(model, test.images, test.labels)
    finally:
        hook.remove()
    return {"left": _rounded(found.left), "answers": shown}


def _left(model: nn.Module, test: Split, attack: partial[Tensor]) -> float:
    """Accuracy under one attack alone, from a fixed random start."""
    seeded = partial(attack, generator=torch.Generator().manual_seed(0))
    moved = attack_in_batches(seeded, model, test.images, test.labels)
    return accuracy(model, moved, test.labels)


def _large(model: nn.Module, test: Split) -> dict[str, Any]:
    """Accuracy at large epsilons, and one digit at each."""
    at = int((test.labels == SHOWN).nonzero()[0])
    accuracies, shown, answers = [], [], []
    for epsilon in LARGE:
        moved = pgd(
            model,
            test.images,
            test.labels,
            epsilon,
            step_size=epsilon / 8,
            steps=40,
            random_start=False,
        )
        accuracies.append(round(accuracy(model, moved, test.labels), 4))
        shown.append((255 * moved[at]).round().to(torch.uint8).flatten().tolist())
        answers.append(int(predict(model, moved[at : at + 1]).argmax()))
    return {
        "epsilons": list(LARGE),
        "accuracy": accuracies,
        "label": SHOWN,
        "answers": answers,
        "pixels": shown,
    }


def _rounded(values: dict[str, float]) -> dict[str, float]:
    """Fractions to four places: hundreds of images give no more."""
    return {name: round(value, 4) for name, value in values.items()}
