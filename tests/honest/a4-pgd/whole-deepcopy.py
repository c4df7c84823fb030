"""A whole answer of somebody who had not seen the checks (deepcopy).

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

import copy


def project(images, moved, epsilon):
    return (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)


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

    # work on a copy: then the model is certainly left as it was
    net = copy.deepcopy(model).eval()
    for weight in net.parameters():
        weight.requires_grad_(False)
    x = images.detach().clone()
    if random_start:
        x = project(images, x + torch.empty_like(x).uniform_(-epsilon, epsilon, generator=generator), epsilon)
    for step in range(steps):
        x.requires_grad_()
        loss(net(x), labels).sum().backward()
        x = project(images, x.detach() + step_size * x.grad.sign(), epsilon)
    return x.detach()

def margin_loss(logits: Tensor, labels: Tensor) -> Tensor:
    if logits.ndim != 2 or logits.shape[1] < 2 or labels.shape != logits.shape[:1]:
        raise ValueError(f"shapes do not fit: {tuple(logits.shape)}, {tuple(labels.shape)}")

    gaps = logits - logits.gather(1, labels.view(-1, 1))
    order = gaps.argsort(dim=1, descending=True)
    first = torch.where(order[:, 0] == labels, order[:, 1], order[:, 0])
    return gaps.take_along_dim(first[:, None], dim=1).squeeze(1)

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
