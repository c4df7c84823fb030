"""The judge's own numbers for a network it holds: accuracy, and accuracy under its own attacks.

Calibration measures the reference with these functions and the checks measure the student with the
same, so that a bar and a mark are always of one kind.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course import metrics
from solutions.evaluation import attack_in_batches, worst_of
from solutions.fgsm import fgsm
from solutions.pgd import margin_loss

# With two losses and two restarts each, 40 steps leave the same images as 20 on these networks.
STEPS = 20
# Far above float32's smallest numbers (1e-38), far below any gradient of an honest network.
FAINT = 1e-20


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
    if faint_gradient(model, images, labels):
        model, images = copy.deepcopy(model).double(), images.double()
    adversarial = attack_in_batches(
        lambda model, x, y: fgsm(model, x, y, epsilon), model, images, labels
    )
    survival = worst_of(model, images, labels, epsilon, steps=STEPS, seed=seed)
    return Robustness(
        clean=clean_accuracy(model, images, labels),
        fgsm=metrics.accuracy(model, adversarial, labels),
        worst_case=survival.accuracy,
    )


def faint_gradient(model: nn.Module, images: Tensor, labels: Tensor) -> bool:
    """Whether some image's gradient is too small for float32, or too large, to be attacked by.

    Layers scaled up and down again leave the answers alone and make the gradient underflow: every
    attack then stands still, and the network looks robust. In float64 it moves.
    """
    x = images.detach().clone().requires_grad_()
    with metrics.evaluating(model), torch.enable_grad():
        (gradient,) = torch.autograd.grad(margin_loss(model(x), labels).sum(), x)
    largest = gradient.abs().flatten(1).amax(dim=1)
    return not bool(((largest > FAINT) & (largest < 1 / FAINT)).all())


def relative_gain(defended: float, plain: float, reference: float) -> float:
    """Robust accuracy gained over the plain network, 1.0 for as much as the reference gains.

    Measured so, a mark hardly depends on how weak the judge's plain network happens to be.
    """
    return (defended - plain) / (reference - plain)
