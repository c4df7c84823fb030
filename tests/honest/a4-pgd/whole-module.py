"""A whole answer of somebody who had not seen the checks (module).

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

from contextlib import ExitStack


def project(images, moved, epsilon):
    return torch.stack([images - epsilon, moved, images + epsilon]).median(dim=0).values.clamp(0, 1)


class Perturbation(nn.Module):
    def __init__(self, images, epsilon):
        super().__init__()
        self.register_buffer("images", images.detach().clone(memory_format=torch.channels_last))
        self.delta = nn.Parameter(torch.zeros_like(self.images))
        self.epsilon = epsilon

    @torch.no_grad()
    def randomise(self, generator):
        self.delta.copy_(torch.empty(self.delta.shape).uniform_(-self.epsilon, self.epsilon, generator=generator))
        self.clip()

    @torch.no_grad()
    def clip(self):
        self.delta.copy_(project(self.images, self.images + self.delta, self.epsilon) - self.images)

    @torch.no_grad()
    def climb(self, step_size):
        self.delta.add_(self.delta.grad.sign_(), alpha=step_size)
        self.clip()
        self.delta.grad = None

    def forward(self):
        return self.images + self.delta


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

    attack = Perturbation(images, epsilon)
    if random_start:
        attack.randomise(generator)
    with ExitStack() as stack:
        stack.enter_context(evaluating(model))
        stack.enter_context(torch.enable_grad())
        for _ in range(steps):
            torch.autograd.backward(loss(model(attack()), labels).sum(), inputs=[attack.delta])
            attack.climb(step_size)
        return attack().detach().clamp(0, 1)

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

    def looks():
        yield images
        for attack in attacks:
            yield project(images, attack(model, images.clone(), labels.clone(), epsilon), epsilon)

    right = torch.stack([predict(model, look).argmax(dim=1) == labels for look in looks()])
    return float(right.all(dim=0).float().mean())
