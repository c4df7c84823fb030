"""A whole answer of somebody who had not seen the checks (dispatch hook).

whole: yes
"""

import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from statistics import NormalDist
from scipy.special import betaincinv
from course.attacks import margin_loss, pgd, project
from course.defences import Defence
from course.models import Normalize
from course.inputs import check_images, check_labels, check_size
from course.metrics import accuracy, evaluating, predict

def check_attack(images: Tensor, labels: Tensor, epsilon: float, *, largest: float = 1.0) -> None:
    """Raise ValueError, saying what is wrong, unless these are arguments an attack can use.

    images (n, C, H, W), float32 in [0, 1]; labels (n,), classes from 0 on; epsilon a finite number
    >= 0 in pixel units, and at most `largest`, the size that takes any image to any other: 1 for
    the change of one pixel. An epsilon of 8, or images from 0 to 255, would allow any change.
    """
    if not (epsilon >= 0 and math.isfinite(epsilon)):  # written so that NaN fails too
        raise ValueError(f"epsilon must be a number >= 0 in pixel units, got {epsilon}")
    if labels.shape != images.shape[:1]:
        raise ValueError(
            f"labels must have shape ({len(images)},), one class per image, "
            f"got {tuple(labels.shape)}"
        )
    check_images(images)
    check_labels(images, labels)
    check_size(epsilon, largest=largest)

def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Return, per image, -log of the softmax probability of its label: (n, k), (n,) -> (n,).

    In nats, 0 or more.
    """
    return F.cross_entropy(logits, labels.long(), reduction="none")

STEPS = 20
RESTARTS = 2

from functools import singledispatch


@singledispatch
def _largest(std) -> float:
    if not (math.isfinite(std) and std > 0):
        raise ValueError(f"a std must be positive and finite, not {std}")
    return std


@_largest.register(list)
@_largest.register(tuple)
def _(stds) -> float:
    return max(map(_largest, stds))


def to_pixel_epsilon(epsilon: float, std: float | Sequence[float]) -> float:
    if not math.isfinite(epsilon) or epsilon < 0:
        raise ValueError(f"epsilon must be >= 0, not {epsilon}")
    return epsilon * _largest(std)

def evaluate(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    mean: Sequence[float],
    std: Sequence[float],
) -> float:
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("nothing to evaluate")

    mu, sigma = torch.tensor(mean).view(-1, 1, 1), torch.tensor(std).view(-1, 1, 1)
    handle = model.register_forward_pre_hook(lambda module, inputs: ((inputs[0] - mu) / sigma,))
    try:  # for a while the model takes pixels
        right = predict(model, images).argmax(dim=1) == labels
        for loss in RESTARTS * [cross_entropy, margin_loss]:
            moved = pgd(model, images, labels, epsilon, step_size=2.5 * epsilon / STEPS, steps=STEPS, loss=loss)
            right &= predict(model, moved).argmax(dim=1) == labels
    finally:
        handle.remove()
    return float(right.float().mean())

class StraightThrough(nn.Module):
    def __init__(self, defense: Defence) -> None:
        super().__init__()
        self.defense = defense

    def forward(self, images: Tensor) -> Tensor:

        change = self.defense.transform(images).sub(images).detach()
        return self.defense.model(images.add(change))


def break_defense(defense: Defence, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    check_attack(images, labels, epsilon)

    found = images.detach().clone()
    for loss in RESTARTS * (margin_loss, cross_entropy):
        rest = (predict(defense, found).argmax(dim=1) == labels).nonzero().squeeze(1) if len(found) else torch.tensor([])
        if rest.numel() == 0:
            break
        found[rest] = pgd(StraightThrough(defense), images[rest], labels[rest], epsilon,
                          step_size=2.5 * epsilon / STEPS, steps=STEPS, loss=loss)
    return found

def certified_radius(count: int, samples: int, sigma: float, alpha: float = 0.001) -> float:

    checks = {
        "count": 0 <= count <= samples, "samples": samples >= 1,
        "sigma": math.isfinite(sigma) and sigma > 0, "alpha": 0 < alpha < 1,
    }
    if not all(checks.values()):
        raise ValueError("wrong: " + ", ".join(k for k, good in checks.items() if not good))
    lower = betaincinv(count, samples - count + 1, alpha) if count else 0
    return torch.special.ndtri(torch.tensor(lower, dtype=torch.float64)).mul(sigma).clamp(min=0).item()
