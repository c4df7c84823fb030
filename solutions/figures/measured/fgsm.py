"""Measurements for the FGSM lecture: small seeded experiments on the embedded digits.

The recipe stands on top as data. `course figures --measure` runs it and stores the numbers in
`solutions/results/fgsm-lecture.json`, from which `solutions.draw` draws.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import sklearn
import torch
from torch import Tensor, nn
from tqdm import tqdm

from course.budget import budget
from course.data import Dataset, Split, load
from course.metrics import accuracy, confidence, confusion_matrix, predict
from course.models import build, parameter_count
from course.training import History, Perturb, fit, plain_recipe
from solutions.evaluation import BoundAttack, robust_accuracy
from solutions.fgsm import fgsm, robustness_curve
from solutions.figures.image_grid import image_grid
from solutions.hooks import activation_drift
from solutions.pgd import pgd
from solutions.random_search import sign_noise

PROFILE = "digits"
NETWORK = "strided-cnn"
EPSILONS = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2)
PGD_STEPS = 20
# One number, three scales: pixels, standardised as MNIST usually is, and [-1, 1].
UNITS = {"pixels": 1.0, "standardised": 0.3081, "minus one to one": 0.5}
PRINTED = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
SHOWN = (0, 1, 2, 3, 4, 5)  # the first test image of each of these classes, fooled or not


@dataclass(frozen=True)
class Plan:
    """The amount to measure; the committed results use the defaults.

    `seeds`: one network each, for plain training; the first `defended` of them also for training
    on attacked images. `epochs` None means the profile's budget, `test_images` None all.
    """

    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    defended: int = 3
    epochs: int | None = None
    test_images: int | None = None
    progress: bool = True


def measure(plan: Plan | None = None) -> dict[str, Any]:
    """Train, attack and count; return the numbers ready for JSON, accuracies as fractions.

    Where lists are nested, the inner one is a curve and the outer one has one per network.
    """
    plan = plan or Plan()
    data = load(PROFILE, test=plan.test_images)
    epsilon = budget(PROFILE).epsilon
    epochs = plan.epochs or budget(PROFILE).cnn_epochs
    training: dict[str, Perturb | None] = {
        "plain": None,
        "FGSM-trained": partial(_on_fgsm, epsilon),
        "PGD-trained": partial(_on_pgd, epsilon),
    }
    models: dict[str, list[nn.Module]] = {name: [] for name in training}
    histories: dict[str, History] = {}
    jobs = [(name, s) for name in training for s in _seeds(plan, name)]
    for name, seed in tqdm(jobs, desc="training", disable=None if plan.progress else True):
        model, history = _train(data, epochs, seed, training[name])
        models[name].append(model)
        histories.setdefault(name, history)
    plain, first, test = models["plain"], models["plain"][0], data.test
    attacked = fgsm(first, test.images, test.labels, epsilon)
    under_fgsm = {n: [fgsm_curve(m, test, EPSILONS) for m in ms] for n, ms in models.items()}
    under_pgd = {
        n: [pgd_curve(m, test, EPSILONS, s) for s, m in enumerate(ms)]
        for n, ms in tqdm(models.items(), desc="PGD", disable=None if plan.progress else True)
    }
    noise = [noise_curve(m, test, EPSILONS, s) for s, m in enumerate(plain)]
    return {
        "about": _about(plan, data, epochs, first),
        "epsilon": epsilon,
        "epsilons": list(EPSILONS),
        "grid": grid_of(first, test, epsilon, SHOWN),
        "attacks": {
            "random sign noise": noise,
            "FGSM": under_fgsm["plain"],
            f"PGD, {PGD_STEPS} steps": under_pgd["plain"],
        },
        "defences": {"FGSM": under_fgsm, "PGD": under_pgd},
        "units": {
            "printed": list(PRINTED),
            "pixels_per_unit": UNITS,
            "accuracy": {
                name: [fgsm_curve(m, test, [factor * e for e in PRINTED]) for m in plain]
                for name, factor in UNITS.items()
            },
        },
        "confidence": {
            "clean": rounded(confidence(first, test.images)),
            "attacked": rounded(confidence(first, attacked)),
        },
        "confusion": {
            "clean": confusion(first, test.images, data),
            "attacked": confusion(first, attacked, data),
        },
        "training": {
            name: {"loss": rounded(run.loss), "accuracy": rounded(run.accuracy)}
            for name, run in histories.items()
        },
        "drift": {
            "FGSM": drift(plain, test, partial(fgsm, epsilon=epsilon)),
            "random sign noise": drift(plain, test, partial(sign_noise, epsilon=epsilon, seed=0)),
        },
    }


# --- the networks -------------------------------------------------------------------------------


def _seeds(plan: Plan, training: str) -> tuple[int, ...]:
    return plan.seeds if training == "plain" else plan.seeds[: plan.defended]


def _train(
    data: Dataset, epochs: int, seed: int, perturb: Perturb | None
) -> tuple[nn.Module, History]:
    """One network; trainings differ only in `perturb`, so a comparison shows its effect."""
    model = build(NETWORK, seed=seed)
    recipe = plain_recipe(epochs, seed=seed)
    history = fit(
        model, data.train.images, data.train.labels, recipe, perturb=perturb, progress=False
    )
    return model, history


def _on_fgsm(epsilon: float, model: nn.Module, x: Tensor, y: Tensor, done: float) -> Tensor:
    return fgsm(model, x, y, _warm(epsilon, done))


def _on_pgd(epsilon: float, model: nn.Module, x: Tensor, y: Tensor, done: float) -> Tensor:
    reach = _warm(epsilon, done)
    return pgd(model, x, y, reach, step_size=reach / 2, steps=4)


def _warm(epsilon: float, done: float) -> float:
    """Epsilon grows over the first half: at its full size from the start, training can collapse."""
    return epsilon * min(1.0, 2 * done)


# --- the measurements ---------------------------------------------------------------------------


def fgsm_curve(model: nn.Module, test: Split, epsilons: Sequence[float]) -> list[float]:
    """Accuracy under FGSM at each epsilon."""
    return rounded(robustness_curve(model, test.images, test.labels, epsilons))


def noise_curve(model: nn.Module, test: Split, epsilons: Sequence[float], seed: int) -> list[float]:
    """Accuracy at each epsilon where every pixel moves by it, up or down at random."""
    moved = [sign_noise(model, test.images, test.labels, e, seed) for e in epsilons]
    return rounded([accuracy(model, images, test.labels) for images in moved])


def pgd_curve(model: nn.Module, test: Split, epsilons: Sequence[float], seed: int) -> list[float]:
    """Accuracy under PGD at each epsilon, with `PGD_STEPS` steps from a random start."""
    generator = torch.Generator().manual_seed(seed)
    curve = []
    for e in epsilons:
        attack = partial(
            pgd, epsilon=e, step_size=2.5 * e / PGD_STEPS, steps=PGD_STEPS, generator=generator
        )
        curve.append(robust_accuracy(model, test.images, test.labels, attack))
    return rounded(curve)


def confusion(model: nn.Module, images: Tensor, data: Dataset) -> list[list[int]]:
    """Counts of the answers for the test images, or attacked ones: rows are the true classes."""
    answers = predict(model, images).argmax(dim=1)
    table: list[list[int]] = confusion_matrix(data.test.labels, answers, data.num_classes).tolist()
    return table


def drift(models: list[nn.Module], test: Split, attack: BoundAttack) -> dict[str, float]:
    """The drift of each layer under an attack, mean over the networks.

    `flatten` only reshapes what `relu2` shows, so it is left out.
    """
    each = [activation_drift(m, test.images, attack(m, test.images, test.labels)) for m in models]
    layers = [layer for layer in each[0] if layer != "flatten"]
    return {layer: round(sum(d[layer] for d in each) / len(each), 4) for layer in layers}


def grid_of(
    model: nn.Module, test: Split, epsilon: float, classes: Sequence[int]
) -> dict[str, Any]:
    """The first test image of some classes, attacked."""
    chosen = [int((test.labels == label).nonzero()[0]) for label in classes]
    return image_grid(model, test.images[chosen], test.labels[chosen], epsilon)


def _about(plan: Plan, data: Dataset, epochs: int, model: nn.Module) -> dict[str, Any]:
    """The facts needed to measure again."""
    return {
        "command": "course figures --measure",
        "units": "epsilon in pixel units: images lie in [0, 1]; accuracies are fractions",
        "profile": data.name,
        "profile_sha256": data.sha256,
        "train_images": len(data.train),
        "test_images": len(data.test),
        "network": NETWORK,
        "parameters": parameter_count(model),
        "recipe": asdict(plain_recipe(epochs)) | {"seed": "one per network"},
        "seeds": {"plain": list(plan.seeds), "defended": list(plan.seeds[: plan.defended])},
        "training_attacks": "epsilon grows over the first half; PGD: 4 steps of epsilon / 2",
        "pgd": f"{PGD_STEPS} steps of 2.5 epsilon / {PGD_STEPS}, random start, cross-entropy",
        "shown": "the first test image of each class drawn, whatever becomes of it",
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "machine": f"{platform.machine()}, {torch.get_num_threads()} thread(s)",
    }


def rounded(values: Tensor | Sequence[float]) -> list[float]:
    """The numbers with six digits, for JSON."""
    numbers: list[float] = values.tolist() if isinstance(values, Tensor) else list(values)
    return [round(number, 6) for number in numbers]
