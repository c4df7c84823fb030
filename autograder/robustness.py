"""The judge's own numbers for a network it holds: accuracy, and accuracy under its own attacks.

Calibration measures the reference with these functions and the checks measure the student with the
same, so that a bar and a mark are always of one kind.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from course import metrics
from solutions.evaluation import attack_in_batches, worst_of
from solutions.fgsm import fgsm

# With two losses and two restarts each, 40 steps leave the same images as 20 on these networks.
STEPS = 20


@dataclass(frozen=True)
class Robustness:
    """Fractions of the test images classified correctly, all by the judge's count."""

    clean: float
    fgsm: float
    worst_case: float


def clean_accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    """The fraction classified correctly without any attack."""
    return metrics.accuracy(model, images, labels)


def measure(
    model: nn.Module, images: Tensor, labels: Tensor, epsilon: float, *, seed: int
) -> Robustness:
    """Clean, under FGSM, and in the worst case over cross-entropy and margin PGD with restarts.

    An image counts in the worst case only if it survives every attack (Carlini et al. 2019).
    """
    adversarial = attack_in_batches(
        lambda model, x, y: fgsm(model, x, y, epsilon), model, images, labels
    )
    survival = worst_of(model, images, labels, epsilon, steps=STEPS, seed=seed)
    return Robustness(
        clean=clean_accuracy(model, images, labels),
        fgsm=metrics.accuracy(model, adversarial, labels),
        worst_case=survival.accuracy,
    )


def relative_gain(defended: float, plain: float, reference: float) -> float:
    """Robust accuracy gained over the plain network, 1.0 for as much as the reference gains.

    Measured so, a mark hardly depends on how weak the judge's plain network happens to be.
    """
    return (defended - plain) / (reference - plain)
