"""A whole answer of somebody who had not seen the checks (jit py).

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

@torch.jit.script
def project(images: Tensor, moved: Tensor, epsilon: float) -> Tensor:
    return torch.clamp(images + torch.clamp(moved - images, -epsilon, epsilon), 0.0, 1.0)


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

    x = images.detach().clone()
    if random_start:
        x = project(images, x + torch.empty_like(x).uniform_(-epsilon, epsilon, generator=generator), epsilon)
    with evaluating(model):
        for _ in range(steps):
            x.requires_grad_()
            (g,) = torch.autograd.grad(loss(model(x), labels).sum(), x)
            x = project(images, x.detach() + step_size * g.sign(), epsilon)
    return x.detach()

@torch.jit.script
def _best_other(logits: Tensor, labels: Tensor) -> Tensor:
    hidden = logits.scatter(1, labels.unsqueeze(1), float("-inf"))
    return hidden.max(dim=1)[0]


def margin_loss(logits: Tensor, labels: Tensor) -> Tensor:
    if logits.ndim != 2 or logits.shape[1] < 2 or labels.shape != logits.shape[:1]:
        raise ValueError(f"shapes do not fit: {tuple(logits.shape)}, {tuple(labels.shape)}")

    return _best_other(logits, labels) - logits.gather(1, labels[:, None])[:, 0]

import torch.multiprocessing  # was needed for an earlier try
import warnings

warnings.filterwarnings("error", category=DeprecationWarning)

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

    def verdict(x):
        with evaluating(model), torch.no_grad():
            return torch.cat([model(part).argmax(1) for part in x.split(50)]) == labels

    result = verdict(images)
    for i, attack in enumerate(attacks):
        before = images.clone()
        adv = attack(model, before, labels.clone(), epsilon)
        assert adv.shape == images.shape, f"attack {i} changed the shape"
        result = result * verdict(project(images, adv, epsilon))
    return result.to(torch.float64).mean().item()
