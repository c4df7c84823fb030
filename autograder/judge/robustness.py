"""The judge measures a network itself: accuracy, and accuracy under the judge's attacks.

Calibration measures the reference with these functions, and the checks measure the student with the
same ones. The attacks here are not those of `solutions/`: a student's install can measure a network
without the reference answers, and a mistake in the reference does not change what is measured.
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

# With two losses and two restarts each, 40 steps break the same images as 20 on these networks.
STEPS, RESTARTS = 20, 2
# Far above float32's smallest numbers (1e-38), far below any gradient of an honest network.
SMALLEST_GRADIENT = 1e-20
# The number of images left by gradient attacks that are searched. On an honest network the search
# breaks none of them, so more than TOLERATED mean that the gradients mislead.
TRIED_FIRST, QUERIES, TOLERATED = 64, 100, 2


@dataclass(frozen=True)
class Robustness:
    """Fractions of the test images classified correctly, as the judge counts.

    hidden: the number of images that survived all gradient attacks and were broken by the search
    without gradients; 0 if they are too few to show that the gradients mislead.
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

    An image counts in the worst case only if it survives every attack (Carlini et al. 2019). The
    search without gradients counts too, if it breaks images that attacks by gradients cannot.
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
    """The images that stay right under every attack, (n,) bool; each attacks only those left."""
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
    """The surviving images that a search without gradients breaks, (n,) bool.

    First a few are tried. If more than TOLERATED of them are broken, all are tried; otherwise none
    counts.
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
    """The logit of the best wrong class minus that of the true one, for each image (n,)."""
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
    """`moved`, clamped to within epsilon of the images and to [0, 1], pixel by pixel."""
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
    """Images with a higher loss: projected steps along its gradient's sign (Madry et al. 2018).

    size: of one step, in pixel units. start: draws a random start; without it there is none.
    """
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
    """Images attacked without gradients: squares of +-epsilon, accepted where the margin grows.

    The squares shrink from a third of the image to a pixel (Andriushchenko et al. 2020). In each
    query all images have the square at the same place, with different signs.
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
    """Whether some image's gradient is too small, or too large, to attack with in float32.

    Layers that are scaled up and down again do not change the answers, but make the gradient
    underflow: then no attack moves, and the network looks robust. In float64 attacks move.
    """
    largest = loss_gradient(model, images, labels, margin).abs().flatten(1).amax(dim=1)
    return not bool(((largest > SMALLEST_GRADIENT) & (largest < 1 / SMALLEST_GRADIENT)).all())


def relative_gain(defended: float, plain: float, reference: float) -> float:
    """The gain in robust accuracy over the plain network, divided by the reference's gain.

    So the points hardly depend on the judge's plain network.
    """
    return (defended - plain) / (reference - plain)
