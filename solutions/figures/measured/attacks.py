"""Measurements for the lecture on stronger attacks: small seeded experiments on the digits.

`course figures --measure` runs it and stores the numbers in `solutions/results/`, from which
`solutions.figures.attacks` draws.
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
from solutions.evaluation import attack_in_batches, worst_of
from solutions.fgsm import fgsm
from solutions.pgd import cross_entropy, margin_loss, pgd
from solutions.random_search import random_search

PROFILE = "digits"
NETWORK = "strided-cnn"
IMAGES = 300
STEPS = 20
STEP_SIZES = {"epsilon / 20": 20.0, "epsilon / 8": 8.0, "epsilon": 1.0}  # epsilon divided by these
RESTARTS = 8
SCALES = (1, 10, 100, 1_000, 10_000)
BENT_NETWORK, BENT_EPSILON, BENT_EPOCHS = "tiny-cnn", 0.3, 30  # trained on FGSM alone
LEVELS = 8
QUERIES = (100, 200, 400)


class Scaled(nn.Module):
    """The same answers with larger logits, as after training at a high temperature."""

    def __init__(self, model: nn.Module, factor: float) -> None:
        super().__init__()
        self.model, self.factor = model, factor

    def forward(self, x: Tensor) -> Tensor:
        """Logits times the factor."""
        return self.factor * self.model(x)


class Rounded(nn.Module):
    """Inputs rounded to a few grey levels first, which has no gradient."""

    def __init__(self, model: nn.Module, levels: int) -> None:
        super().__init__()
        self.model, self.levels = model, levels

    def forward(self, x: Tensor) -> Tensor:
        """The logits of the rounded images."""
        return self.model((x * (self.levels - 1)).round() / (self.levels - 1))


class StraightThrough(Rounded):
    """The same rounding, taken for the identity on the way back (BPDA, Athalye et al. 2018)."""

    def forward(self, x: Tensor) -> Tensor:
        """Logits of the rounded images, with the gradient of the images themselves."""
        rounded = (x * (self.levels - 1)).round() / (self.levels - 1)
        return self.model(x + (rounded - x).detach())


def measure(*, images: int = IMAGES, epochs: int | None = None) -> dict[str, Any]:
    """Train one network, attack it in every way of the lecture; accuracies as fractions."""
    data = load(PROFILE)
    epsilon = budget(PROFILE).epsilon
    model = build(NETWORK, seed=0)
    recipe = plain_recipe(epochs or budget(PROFILE).cnn_epochs, seed=0)
    fit(model, data.train.images, data.train.labels, recipe, progress=False)
    model.eval()
    test = data.test[torch.arange(images)]
    parts: dict[str, Callable[[nn.Module, Split, float], Any]] = {
        "convergence": _convergence,
        "restarts": _restarts,
        "scaled": _scaled,
        "rounded": _rounded,
        "single": _single,
    }
    about = {
        "command": "course figures --measure",
        "profile": PROFILE,
        "network": NETWORK,
        "images": len(test),
        "epsilon": epsilon,
        "clean": accuracy(model, test.images, test.labels),
        "levels": LEVELS,
        "steps": STEPS,
    }
    found = {name: part(model, test, epsilon) for name, part in tqdm(parts.items(), desc="attacks")}
    found["bent"] = _bent(data.train, test, epochs or BENT_EPOCHS)
    return _to_four_places({"about": about} | found)


def _bent(train: Split, test: Split, epochs: int) -> dict[str, Any]:
    """The step sizes again, on a network that was trained on FGSM with a large epsilon.

    It has learned to bend its loss within the ball, so that single long steps land badly.
    """

    def attacked(model: nn.Module, images: Tensor, labels: Tensor, done: float) -> Tensor:
        return fgsm(model, images, labels, BENT_EPSILON * min(1.0, 2 * done))

    model = build(BENT_NETWORK, seed=0)
    recipe = plain_recipe(epochs, seed=0)
    fit(model, train.images, train.labels, recipe, perturb=attacked, progress=False)
    return {
        "network": BENT_NETWORK,
        "epsilon": BENT_EPSILON,
        "convergence": _convergence(model, test, BENT_EPSILON),
    }


def _to_four_places(value: Any) -> Any:
    """Numbers as they are stored: an accuracy on hundreds of images has no more places."""
    if isinstance(value, dict):
        return {key: _to_four_places(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_to_four_places(entry) for entry in value]
    return round(value, 4) if isinstance(value, float) else value


def _left(model: nn.Module, test: Split, attack: Callable[..., Tensor]) -> float:
    """Accuracy under one attack."""
    adversarial = attack_in_batches(attack, model, test.images, test.labels)
    return accuracy(model, adversarial, test.labels)


def _single(model: nn.Module, test: Split, epsilon: float) -> dict[str, float]:
    """One step, many steps, and the worst case of four runs."""
    many = partial(
        pgd, epsilon=epsilon, step_size=2.5 * epsilon / STEPS, steps=STEPS, generator=_seeded(0)
    )
    return {
        "FGSM": _left(model, test, partial(fgsm, epsilon=epsilon)),
        "PGD": _left(model, test, many),
        "worst": worst_of(model, test.images, test.labels, epsilon, steps=STEPS).accuracy,
    }


def _convergence(model: nn.Module, test: Split, epsilon: float) -> dict[str, dict[str, Any]]:
    """Mean loss and accuracy after every step, for three step sizes, without a random start."""
    found: dict[str, dict[str, Any]] = {}
    for name, divisor in STEP_SIZES.items():
        losses, accuracies, x = [], [], test.images
        for step in range(STEPS + 1):
            logits = predict(model, x)
            losses.append(cross_entropy(logits, test.labels).mean().item())
            accuracies.append((logits.argmax(1) == test.labels).float().mean().item())
            # PGD is deterministic from here, so one more step goes on where the last one ended.
            x = pgd(
                model,
                test.images,
                test.labels,
                epsilon,
                step_size=epsilon / divisor,
                steps=step + 1,
                random_start=False,
            )
        found[name] = {"loss": losses, "accuracy": accuracies}
    return found


def _restarts(model: nn.Module, test: Split, epsilon: float) -> list[float]:
    """Accuracy in the worst case over the first 1, 2, ... random starts of a short PGD."""
    standing = torch.ones(len(test), dtype=torch.bool)
    left = []
    for restart in range(RESTARTS):
        x = pgd(
            model,
            test.images,
            test.labels,
            epsilon,
            step_size=epsilon / 2,
            steps=4,
            generator=_seeded(restart),
        )
        standing &= predict(model, x).argmax(1) == test.labels
        left.append(standing.float().mean().item())
    return left


def _scaled(model: nn.Module, test: Split, epsilon: float) -> dict[str, list[float]]:
    """Accuracy under PGD on two losses, for logits multiplied by each of `SCALES`."""
    return {
        name: [
            _left(
                Scaled(model, factor),
                test,
                partial(
                    pgd,
                    epsilon=epsilon,
                    step_size=2.5 * epsilon / STEPS,
                    steps=STEPS,
                    random_start=False,
                    loss=loss,
                ),
            )
            for factor in SCALES
        ]
        for name, loss in (("cross-entropy", cross_entropy), ("margin", margin_loss))
    }


def _rounded(model: nn.Module, test: Split, epsilon: float) -> dict[str, Any]:
    """A network behind rounding: with gradients, without, and with an approximate gradient."""
    defended = Rounded(model, LEVELS).eval()
    through = StraightThrough(model, LEVELS).eval()
    plan: dict[str, Any] = {"epsilon": epsilon, "step_size": 2.5 * epsilon / STEPS, "steps": STEPS}
    search = {
        str(queries): _left(
            defended,
            test,
            partial(random_search, epsilon=epsilon, queries=queries, generator=_seeded(0)),
        )
        for queries in QUERIES
    }
    pretended = pgd(through, test.images, test.labels, generator=_seeded(0), **plan)
    return {
        "clean": accuracy(defended, test.images, test.labels),
        "PGD": _left(defended, test, partial(pgd, generator=_seeded(0), **plan)),
        "random search": search,
        "straight through": accuracy(defended, pretended, test.labels),
    }


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
