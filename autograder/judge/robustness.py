"""The judge's own numbers for a network it holds: accuracy, and accuracy under its own attacks.

Calibration measures the reference with these functions and the checks measure the student with the
same, so that a bar and a mark are always of one kind. The attacks here are the judge's own, and not
those of `solutions/`: what a student trained can be measured where no reference answer is, and a
mistake in the reference would not be a mistake in its marks.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course import metrics
from course.batches import attack_in_batches

Loss = Callable[[Tensor, Tensor], Tensor]  # of logits and labels, one number for each image

# With two losses and two restarts each, 40 steps leave the same images as 20 on these networks.
STEPS, RESTARTS = 20, 2
# Far above float32's smallest numbers (1e-38), far below any gradient of an honest network.
SMALLEST_GRADIENT = 1e-20
# Of the images that gradient attacks leave, so many are searched; on an honest network the search
# finds none that they did not, so more than TOLERATED mean that the gradients mislead.
TRIED_FIRST, QUERIES, TOLERATED = 64, 100, 2


@dataclass(frozen=True)
class Robustness:
    """Fractions of the test images classified correctly, all by the judge's count.

    hidden: of the images that withstood every attack by gradients, how many fell to one without;
    0 unless that shows that the gradients mislead.
    """

    clean: float
    fgsm: float
    worst_case: float
    hidden: int = 0


def clean_accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    """The fraction classified correctly without any attack."""
    return metrics.accuracy(model, images, labels)


def measure(
    model: nn.Module, images: Tensor, labels: Tensor, epsilon: float, *, seed: int
) -> Robustness:
    """Clean, under FGSM, and in the worst case over cross-entropy and margin PGD with restarts.

    An image counts in the worst case only if it survives every attack (Carlini et al. 2019), a
    search without gradients included where that breaks what attacks by gradients cannot.
    """
    if has_unusable_gradient(model, images, labels):
        model, images = copy.deepcopy(model).double(), images.double()
    at_once = partial(pgd, epsilon=epsilon, size=epsilon, steps=1)
    surviving = survivors(model, images, labels, epsilon, seed=seed)
    fallen = broken_by_square_attack(model, images, labels, surviving, epsilon, seed=seed)
    return Robustness(
        clean=clean_accuracy(model, images, labels),
        fgsm=metrics.accuracy(model, attack_in_batches(at_once, model, images, labels), labels),
        worst_case=(surviving & ~fallen).double().mean().item(),
        hidden=int(fallen.sum()),
    )


def survivors(
    model: nn.Module, images: Tensor, labels: Tensor, epsilon: float, *, seed: int
) -> Tensor:
    """Which images stay right under every attack, (n,) bool; what fell once is left alone."""
    surviving = metrics.predict(model, images).argmax(dim=1) == labels
    for restart in range(RESTARTS):
        for number, loss in enumerate((cross_entropy, margin)):
            left = surviving.nonzero().flatten()
            if not len(left):
                return surviving
            attack = partial(
                pgd,
                epsilon=epsilon,
                size=2.5 * epsilon / STEPS,
                steps=STEPS,
                loss=loss,
                start=torch.Generator().manual_seed(seed * 1000 + restart * 2 + number),
            )
            attacked = attack_in_batches(attack, model, images[left], labels[left])
            surviving[left] = metrics.predict(model, attacked).argmax(dim=1) == labels[left]
    return surviving


def broken_by_square_attack(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    surviving: Tensor,
    epsilon: float,
    *,
    seed: int,
) -> Tensor:
    """Which of the images still surviving fall to a search that asks for answers only, (n,) bool.

    A few are tried. Only if more than TOLERATED of them fall, all are; otherwise none counts.
    """
    found = torch.zeros_like(surviving)
    left = surviving.nonzero().flatten()
    for chosen in (left[:TRIED_FIRST], left):
        if not len(chosen):
            break
        generator = torch.Generator().manual_seed(seed)
        attacked = square_attack(model, images[chosen], labels[chosen], epsilon, generator)
        fallen = metrics.predict(model, attacked).argmax(dim=1) != labels[chosen]
        if fallen.sum() <= TOLERATED:
            return torch.zeros_like(surviving)
        found[chosen] = fallen
    return found


# --- the judge's attacks -------------------------------------------------------------------------


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The cross-entropy of each image, (n,)."""
    return F.cross_entropy(logits, labels, reduction="none")


def margin(logits: Tensor, labels: Tensor) -> Tensor:
    """How far the best wrong class leads the true one, for each image (n,)."""
    own = labels[:, None]
    rest = logits.scatter(1, own, -math.inf)
    return (rest.amax(dim=1, keepdim=True) - logits.gather(1, own)).squeeze(1)


def loss_gradient(
    model: nn.Module, images: Tensor, labels: Tensor, loss: Loss = cross_entropy
) -> Tensor:
    """The gradient of each image's loss with respect to that image, in the images' shape."""
    with metrics.evaluating(model), torch.enable_grad():
        leaf = images.detach().clone().requires_grad_()
        return torch.autograd.grad(loss(model(leaf), labels).sum(), leaf)[0]


def bounded(images: Tensor, moved: Tensor, epsilon: float) -> Tensor:
    """`moved`, cut off at epsilon from the images and at [0, 1], pixel by pixel."""
    return moved.clamp(images - epsilon, images + epsilon).clamp(0, 1)


def pgd(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    size: float,
    steps: int,
    loss: Loss = cross_entropy,
    start: torch.Generator | None = None,
) -> Tensor:
    """Images that raise the loss: steps up the sign of its slope, from a random start if a
    generator is given (Madry et al. 2018)."""
    reached = images
    if start is not None:
        reached = images + torch.empty_like(images).uniform_(-epsilon, epsilon, generator=start)
        reached = bounded(images, reached, epsilon)
    for _ in range(steps):
        up = loss_gradient(model, reached, labels, loss).sign()
        reached = bounded(images, reached + size * up, epsilon)
    return reached


def square_attack(
    model: nn.Module, images: Tensor, labels: Tensor, epsilon: float, generator: torch.Generator
) -> Tensor:
    """Images moved without any gradient: squares of +-epsilon, kept where the margin grows.

    The squares shrink from a third of the image to a pixel. After Andriushchenko et al. 2020, with
    one place for all images of a query; each has its own signs.
    """
    count, channels, *sides = images.shape
    best = images.clone()
    lead = margin(metrics.predict(model, best), labels)
    for query in range(QUERIES):
        share = 0.55 * (1 - query / QUERIES)
        place = [slice(None), slice(None)]
        for side in sides:
            length = max(1, round(share * side))
            first = int(torch.randint(side - length + 1, (), generator=generator))
            place.append(slice(first, first + length))
        where = tuple(place)
        signs = torch.randint(2, (count, channels, 1, 1), generator=generator) * 2 - 1
        tried = best.clone()
        tried[where] = (images[where] + epsilon * signs).clamp(0, 1)
        found = margin(metrics.predict(model, tried), labels)
        better = found > lead
        best[better], lead[better] = tried[better], found[better]
    return best


def has_unusable_gradient(model: nn.Module, images: Tensor, labels: Tensor) -> bool:
    """Whether some image's gradient is too small for float32, or too large, to be attacked by.

    Layers scaled up and down again leave the answers alone and make the gradient underflow: every
    attack then stands still, and the network looks robust. In float64 it moves.
    """
    largest = loss_gradient(model, images, labels, margin).abs().flatten(1).amax(dim=1)
    return not bool(((largest > SMALLEST_GRADIENT) & (largest < 1 / SMALLEST_GRADIENT)).all())


def relative_gain(defended: float, plain: float, reference: float) -> float:
    """Robust accuracy gained over the plain network, 1.0 for as much as the reference gains.

    Measured so, a mark hardly depends on how weak the judge's plain network happens to be.
    """
    return (defended - plain) / (reference - plain)
