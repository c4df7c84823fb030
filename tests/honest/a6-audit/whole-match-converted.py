"""A whole answer of somebody who had not seen the checks (match converted).

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

def to_pixel_epsilon(epsilon: float, std: float | Sequence[float]) -> float:
    match std:
        case int() | float() as one:
            stds = (one,)
        case [*several]:
            stds = tuple(several)
    for what, low_ok in ((epsilon, True), *((s, False) for s in stds)):
        if not math.isfinite(what) or what < 0 or (what == 0 and not low_ok):
            raise ValueError(f"no unit: {what}")
    return float(max(epsilon * s for s in stds))

# the other way of the text: convert everything, channel by channel
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

    mu, sigma = (torch.tensor(v, dtype=images.dtype).view(1, -1, 1, 1) for v in (mean, std))
    clean = (images.detach() - mu) / sigma
    reach = epsilon / sigma
    low = torch.maximum(clean - reach, (0 - mu) / sigma)
    high = torch.minimum(clean + reach, (1 - mu) / sigma)

    def lead(logits, y):
        rest = logits.clone()
        rest[torch.arange(len(y)), y] = -torch.inf
        return rest.max(1).values - logits[torch.arange(len(y)), y]

    with evaluating(model):
        with torch.no_grad():
            ok = model(clean).argmax(1) == labels
        for _ in range(RESTARTS):
            for goal in (partial(F.cross_entropy, reduction="none"), lead):
                z = torch.clamp(clean + reach * (2 * torch.rand_like(clean) - 1), low, high)
                for _ in range(STEPS):
                    z = z.detach().requires_grad_()
                    g, = torch.autograd.grad(goal(model(z), labels).sum(), z)
                    z = torch.clamp(z.detach() + 2.5 * reach / STEPS * g.sign(), low, high)
                with torch.no_grad():
                    ok &= model(z).argmax(1) == labels
    return ok.double().mean().item()

class StraightThrough(nn.Module):
    def __init__(self, defense: Defence) -> None:
        super().__init__()
        self.defense = defense

    def forward(self, images: Tensor) -> Tensor:

        with torch.no_grad():
            seen = self.defense.transform(images.detach())
        return self.defense.model(images - images.detach() + seen)


def break_defense(defense: Defence, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    check_attack(images, labels, epsilon)

    # all restarts and both losses in one list, then pick, for each image, one that worked
    net = StraightThrough(defense)
    tries = [
        pgd(net, images, labels, epsilon, step_size=2.5 * epsilon / STEPS, steps=STEPS, loss=loss)
        for loss in (cross_entropy, margin_loss)
        for _ in range(RESTARTS)
    ]
    tries = torch.stack([images.detach(), *tries])
    wrong = torch.stack([predict(defense, each).argmax(1) != labels for each in tries])
    return tries[wrong.int().argmax(0), torch.arange(len(images))].clone()

def certified_radius(count: int, samples: int, sigma: float, alpha: float = 0.001) -> float:
    if not (samples >= 1 and 0 <= count <= samples and 0 < sigma < math.inf and 0 < alpha < 1):
        raise ValueError(f"impossible: {count=}, {samples=}, {sigma=}, {alpha=}")

    from scipy.stats import binomtest

    interval = binomtest(int(count), int(samples), alternative="greater").proportion_ci(confidence_level=1 - alpha, method="exact")
    return max(0.0, sigma * NormalDist().inv_cdf(interval.low)) if interval.low > 0 else 0.0
