"""A whole answer of somebody who had not seen the checks (decorated).

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

import functools


def project(images, moved, epsilon):
    return torch.clamp(images + torch.clamp(moved - images, -epsilon, epsilon), 0, 1)


def validated(attack):
    @functools.wraps(attack)
    def inner(model, images, labels, epsilon, *, step_size, steps, **rest):
        check_attack(images, labels, epsilon)
        for name, value in {"step_size": step_size, "steps": steps}.items():
            if value < 0:
                raise ValueError(f"{name} must not be negative: {value}")
        return attack(model, images, labels, epsilon, step_size=step_size, steps=steps, **rest)

    return inner


def in_eval_mode(attack):
    @functools.wraps(attack)
    def inner(model, *args, **kwargs):
        with evaluating(model):
            return attack(model, *args, **kwargs)

    return inner


@validated
@in_eval_mode
@torch.enable_grad()
def pgd(model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None, loss=cross_entropy):
    x = images.detach().clone()
    if random_start:
        x = project(images, x + torch.zeros_like(x).uniform_(-epsilon, epsilon, generator=generator), epsilon)
    for _ in range(steps):
        x.requires_grad_(True)
        (g,) = torch.autograd.grad(loss(model(x), labels).sum(), (x,))
        with torch.no_grad():
            x = project(images, x + step_size * g.sign(), epsilon)
    return x.detach()

def margin_loss(logits: Tensor, labels: Tensor) -> Tensor:
    if logits.ndim != 2 or logits.shape[1] < 2 or labels.shape != logits.shape[:1]:
        raise ValueError(f"shapes do not fit: {tuple(logits.shape)}, {tuple(labels.shape)}")

    keep = torch.ones_like(logits, dtype=torch.bool).scatter_(1, labels.unsqueeze(-1), False)
    wrong = logits[keep].reshape(len(logits), logits.size(1) - 1)
    return wrong.amax(-1).sub(torch.take_along_dim(logits, labels.unsqueeze(-1), -1).squeeze(-1))

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

    worst = torch.ones(len(images))
    for attack in [None, *attacks]:
        x = images if attack is None else project(images, attack(model, images, labels, epsilon), epsilon)
        with evaluating(model), torch.inference_mode():
            right = (model(x).argmax(1) == labels).float()
        worst = torch.minimum(worst, right)
    return worst.mean().item()
