"""A whole answer of somebody who had not seen the checks (chunks).

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

def project(images: Tensor, moved: Tensor, epsilon: float) -> Tensor:
    change = moved.sub(images).clamp_(-epsilon, epsilon)
    return change.add_(images).clamp_(0, 1)


CHUNK = 16  # my laptop has little memory


def _part(model, images, start, labels, epsilon, step_size, steps, loss):
    x = start
    for _ in range(steps):
        x = x.detach().clone().requires_grad_()
        gradient = torch.autograd.grad(loss(model(x), labels).sum(), x)[0]
        x = project(images, x.detach() + step_size * gradient.sign(), epsilon)
    return x.detach()


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

    images = images.detach()
    start = images.clone()
    if random_start:
        start = project(images, start + torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator), epsilon)
    with evaluating(model):
        parts = [
            _part(model, a, b, c, epsilon, step_size, steps, loss)
            for a, b, c in zip(images.split(CHUNK), start.split(CHUNK), labels.split(CHUNK))
        ]
    return torch.cat(parts)

def margin_loss(logits, labels):
    match (tuple(logits.shape), tuple(labels.shape)):
        case ((n, k), (m,)) if n == m and k >= 2:
            pass
        case other:
            raise ValueError(f"wrong shapes {other}")
    minus = torch.zeros_like(logits).index_put_((torch.arange(n), labels), torch.tensor(-math.inf, dtype=logits.dtype))
    return torch.max(logits + minus, dim=1).values - F.nll_loss(-logits, labels, reduction="none")

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

    def standing(x):
        return {i for i, (p, y) in enumerate(zip(predict(model, x).argmax(1).tolist(), labels.tolist())) if p == y}

    alive = set.intersection(
        standing(images),
        *(standing(project(images, a(model, images, labels, epsilon), epsilon)) for a in attacks),
    )
    return len(alive) / len(images)
