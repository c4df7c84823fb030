"""A whole answer of somebody who had not seen the checks (functorch).

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

from torch.func import functional_call, grad


def project(images: Tensor, moved: Tensor, epsilon: float) -> Tensor:
    return images.add((moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)


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

    weights = {name: p.detach() for name, p in model.named_parameters()}
    buffers = dict(model.named_buffers())

    def objective(x: Tensor) -> Tensor:
        return loss(functional_call(model, (weights, buffers), (x,)), labels).sum()

    uphill = grad(objective)
    images = images.detach()
    point = images
    if random_start:
        point = images + torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        point = project(images, point, epsilon)
    with evaluating(model):
        for _ in range(steps):
            point = project(images, point + step_size * torch.sign(uphill(point)), epsilon)
    return point.detach().clone()

def margin_loss(logits: Tensor, labels: Tensor) -> Tensor:
    if logits.ndim != 2 or logits.shape[1] < 2 or labels.shape != logits.shape[:1]:
        raise ValueError(f"shapes do not fit: {tuple(logits.shape)}, {tuple(labels.shape)}")

    n, k = logits.shape
    columns = torch.arange(k - 1).expand(n, -1)
    columns = columns + (columns >= labels[:, None]).long()  # skip the true one
    return logits.gather(1, columns).max(1)[0] - logits[torch.arange(n), labels]

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

    # only those that still stand need to be attacked: saves most of the time
    alive = (predict(model, images).argmax(1) == labels).nonzero().flatten()
    for attack in attacks:
        if alive.numel() == 0:
            break
        x, y = images[alive], labels[alive]
        moved = project(x, attack(model, x, y, epsilon), epsilon)
        alive = alive[predict(model, moved).argmax(1) == y]
    return alive.numel() / images.shape[0]
