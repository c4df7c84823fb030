"""A whole answer of somebody who had not seen the checks (reduce).

whole: yes
"""

import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
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

from functools import reduce
from itertools import repeat, islice


def project(images, moved, epsilon):
    lower, upper = torch.clamp_min(images - epsilon, 0), torch.clamp_max(images + epsilon, 1)
    return moved.max(lower).min(upper)


def _slope(model, point, labels, loss):
    leaf = point.detach().clone().requires_grad_(True)
    return torch.autograd.grad(loss(model(leaf), labels).sum(), [leaf])[0]


def pgd(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    step_size: float,
    steps: int,
    random_start: bool = True,
    generator: torch.Generator | None = None,
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropy,
) -> Tensor:
    check_attack(images, labels, epsilon)
    if step_size < 0 or steps < 0:
        raise ValueError(f"step_size and steps must be >= 0, got {step_size}, {steps}")

    if random_start:
        noise = (2 * torch.rand(images.shape, generator=generator, dtype=images.dtype) - 1) * epsilon
        start = project(images, images + noise, epsilon)
    else:
        start = images.clone()

    def once(point, _):
        return project(images, point + step_size * _slope(model, point, labels, loss).sign(), epsilon)

    with evaluating(model):
        return reduce(once, repeat(None, steps), start.detach())

def margin_loss(logits: Tensor, labels: Tensor) -> Tensor:
    if logits.ndim != 2 or logits.shape[1] < 2 or labels.shape != logits.shape[:1]:
        raise ValueError(f"shapes do not fit: {tuple(logits.shape)}, {tuple(labels.shape)}")

    def one(row, label):
        hit = torch.arange(row.shape[0]) == label
        return torch.where(hit, -torch.inf, row).max() - torch.where(hit, row, 0.0).sum()

    return torch.func.vmap(one)(logits, labels)

import operator
from fractions import Fraction
from functools import reduce

def worst_case_accuracy(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    attacks: Sequence[Callable[[nn.Module, Tensor, Tensor, float], Tensor]],
) -> float:
    check_attack(images, labels, epsilon)
    if not len(images):
        raise ValueError("no images")

    clean = lambda net, x, y, e: x
    verdicts = (
        predict(model, project(images, attack(model, images, labels, epsilon), epsilon)).argmax(-1) == labels
        for attack in (clean, *attacks)
    )
    survived = reduce(operator.and_, verdicts)
    return float(Fraction(int(survived.sum()), survived.numel()))

if __name__ == "__main__":
    print("only when run by hand")
