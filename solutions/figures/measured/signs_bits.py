"""Measurements for the lecture on other defences: road signs in colour behind a rounding.

`course figures --measure signs_bits` runs it and stores the numbers in `solutions/results/`, from
which `solutions.figures.signs_bits` draws.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from tqdm import tqdm

from course.budget import budget
from course.data import Split, load
from course.defences import Quantised
from course.metrics import accuracy
from course.models import build
from course.training import fit, plain_recipe
from solutions.audit import StraightThrough
from solutions.figures.measured import defences
from solutions.figures.measured.defences import left, share
from solutions.figures.measured.other_ways import trained

PROFILE = "signs"
BITS = (8, 4, 3, 2, 1)  # of each colour
SEEDS = (0, 1)
IMAGES = 300


def measure(*, images: int = IMAGES, epochs: int | None = None) -> dict[str, Any]:
    """Train behind each rounding, then attack it in three ways; accuracies are fractions.

    Lists have one value for each of `SEEDS`.
    """
    allowed = budget(PROFILE)
    data = load(PROFILE).take(allowed.train_images, images)
    epochs = epochs or allowed.cnn_epochs
    plain = [trained(data.train, defences.NETWORK, seed, epochs) for seed in SEEDS]
    rows = {
        str(bits): _row(plain, data.train, data.test, bits, epochs)
        for bits in tqdm(BITS, desc="bits")
    }
    return {
        "about": {
            "command": "course figures --measure signs_bits",
            "profile": PROFILE,
            "network": defences.NETWORK,
            "images": len(data.test),
            "seeds": list(SEEDS),
            "steps": defences.STEPS,
            "epsilon": round(255 * allowed.epsilon),
        },
        "undefended": {
            "clean": [round(accuracy(m, data.test.images, data.test.labels), 4) for m in plain],
            "PGD": [left(m, m, data.test, allowed.epsilon) for m in plain],
        },
        "bits": rows,
    }


def _row(
    plain: list[nn.Module], train: Split, test: Split, bits: int, epochs: int
) -> dict[str, Any]:
    """One rounding: the pixels that cross a threshold, and the accuracy left by each attack."""
    epsilon = budget(PROFILE).epsilon
    found: dict[str, Any] = {"movable": share(movable(test.images, 2**bits, epsilon))}
    ways: dict[str, list[float]] = {n: [] for n in ("clean", "transfer", "blocked", "through")}
    for seed, undefended in zip(SEEDS, plain, strict=True):
        rounded = _behind(2**bits, train, seed, epochs)
        ways["clean"].append(left(rounded, rounded, test, 0))
        ways["transfer"].append(left(rounded, undefended, test, epsilon))
        ways["blocked"].append(left(rounded, rounded, test, epsilon))
        ways["through"].append(left(rounded, StraightThrough(rounded), test, epsilon))
    return found | ways


def movable(images: Tensor, levels: int, epsilon: float) -> Tensor:
    """True where a change within epsilon takes a value to another of the levels."""
    step = Quantised(nn.Identity(), levels)
    lowest, highest = (step(x.clamp(0, 1)) for x in (images - epsilon, images + epsilon))
    return lowest != highest


def _behind(levels: int, train: Split, seed: int, epochs: int) -> Quantised:
    """A network that was trained on rounded images, behind the rounding."""
    network = build(defences.NETWORK, seed=seed, in_channels=3, image_size=32)
    model = Quantised(network, levels)
    fit(model, train.images, train.labels, plain_recipe(epochs, seed=seed), progress=False)
    return model
