"""Measures robustness quickly and in the worst case, for figures and the command line.

The attacks themselves are the reference answers; this decides how they are run over many images
and when an image counts as robust.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from course.batches import BoundAttack, attack_in_batches, channels_last_copy
from course.inputs import check_count, check_images, check_labels, check_seed, check_size
from course.metrics import accuracy, predict
from solutions.fgsm import check_attack, robustness_curve
from solutions.pgd import Loss, cross_entropy, margin_loss, pgd, project


@dataclass(frozen=True)
class Survival:
    """The images that withstood every attack, and the fraction left after each.

    survived: (n,), bool, True where the model is right on the clean image and under each attack.
    left: fraction of all images still right after each attack, in order; the first is "clean".
    """

    survived: Tensor
    left: dict[str, float]

    @property
    def accuracy(self) -> float:
        """Fraction of all images that survived, in [0, 1]."""
        return self.survived.double().mean().item()


def curve_in_batches(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilons: Iterable[float],
    *,
    batch_size: int = 64,
) -> list[float]:
    """Return `robustness_curve` over many images, run as `attack_in_batches` runs an attack.

    images (n, C, H, W) in [0, 1]; labels (n,); epsilons >= 0 in pixel units. Raises ValueError
    when there is nothing to attack, and as `fgsm` does.
    """
    if len(images) == 0:
        raise ValueError("need images to attack, got 0")
    batch_size = check_count(batch_size, "batch_size")
    check_images(images)
    check_labels(images, labels)
    epsilons = list(epsilons)
    with torch.inference_mode(False):  # in inference mode, the copy could not be attacked
        correct = torch.zeros(len(epsilons), dtype=torch.float64)
        quick = channels_last_copy(model, images[:1])
        for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
            accuracies = robustness_curve(quick, x, y, epsilons)
            correct += len(y) * torch.tensor(accuracies, dtype=torch.float64)
    return (correct / len(images)).tolist()


def robust_accuracy(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    attack: BoundAttack,
    *,
    batch_size: int = 64,
) -> float:
    """Return the fraction of images still classified correctly under one attack, in [0, 1].

    images (n, C, H, W) in [0, 1]; labels (n,). An upper bound on what a stronger attack would
    leave. Raises ValueError as `attack_in_batches` does, and for images outside [0, 1] from the
    attack; CourseError where the network answers NaN.
    """
    adversarial = attack_in_batches(attack, model, images, labels, batch_size=batch_size)
    check_images(adversarial, "adversarial")
    return accuracy(model, adversarial, labels)


def survival(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    attacks: Mapping[str, BoundAttack],
    *,
    batch_size: int = 64,
    epsilon: float | None = None,
) -> Survival:
    """Attack with each in turn, dropping images as they break (Croce & Hein 2020, AutoAttack).

    An image counts only if it survives all attacks, so one that is broken, or was wrong before,
    needs no further attack. With `epsilon`, what an attack answers is brought back into that budget
    first, and the verdict is that of `worst_case_accuracy` for less work; without, each attack is
    trusted to keep its own. `model` itself, not a faster copy, decides whether an image is broken.

    images (n, C, H, W) in [0, 1]; labels (n,); attacks by name, run in order; epsilon >= 0 in
    pixel units. Raises ValueError or CourseError for an empty set, labels that are no classes of
    the network, images or an epsilon in other units, images outside [0, 1] from an attack, and
    where the network answers NaN or an attack does: NaN is no wrong answer.
    """
    check_images(images)
    check_labels(images, labels)
    check_count(batch_size, "batch_size")
    if epsilon is not None:
        check_size(epsilon)
    if "clean" in attacks:
        raise ValueError("no attack can be called 'clean', which is the accuracy before them all")
    logits = predict(model, images)
    check_labels(images, labels, logits.shape[1])
    attacks = {name: partial(_within, attack, epsilon) for name, attack in attacks.items()}
    # --8<-- [start:survival]
    survived = logits.argmax(dim=1) == labels
    left = {"clean": survived.double().mean().item()}
    for name, attack in attacks.items():
        standing = survived.nonzero().flatten()
        if len(standing):
            x, y = images[standing], labels[standing]
            adversarial = attack_in_batches(attack, model, x, y, batch_size=batch_size)
            survived[standing] = predict(model, adversarial).argmax(dim=1) == y
        left[name] = survived.double().mean().item()
    # --8<-- [end:survival]
    return Survival(survived, left)


def _within(
    attack: BoundAttack, epsilon: float | None, model: nn.Module, images: Tensor, labels: Tensor
) -> Tensor:
    adversarial = attack(model, images, labels)
    check_images(adversarial, "adversarial")
    return adversarial if epsilon is None else project(images, adversarial, epsilon)


def worst_of(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    steps: int = 40,
    restarts: int = 2,
    seed: int = 0,
    batch_size: int = 64,
) -> Survival:
    """Return which images survive PGD on the cross-entropy and on the margin, each restarted.

    Two losses, because scaling the logits makes cross-entropy's gradient vanish and leaves the
    margin's alone (Carlini & Wagner 2017); restarts, because one random start can be unlucky. The
    step size 2.5 * epsilon / steps lets an iterate cross the ball and come back (Madry et al.
    2018). More restarts run the same attacks and then further ones, so they never leave more.

    images (n, C, H, W) in [0, 1]; labels (n,); epsilon >= 0 in pixel units; the same seed gives
    the same verdict. Raises ValueError for fewer than one step or restart, and as `pgd` and
    `survival` do.
    """
    check_count(steps, "steps")
    check_count(restarts, "restarts")
    check_attack(images, labels, epsilon)
    losses: dict[str, Loss] = {"cross-entropy": cross_entropy, "margin": margin_loss}
    attacks = {}
    for restart in range(restarts):
        for number, (name, loss) in enumerate(losses.items()):
            generator = torch.Generator(images.device)
            generator.manual_seed(check_seed(seed) * 1000 + restart * 2 + number)
            attacks[f"{name} {restart + 1}"] = partial(
                pgd,
                epsilon=epsilon,
                step_size=2.5 * epsilon / steps,
                steps=steps,
                generator=generator,
                loss=loss,
            )
    return survival(model, images, labels, attacks, batch_size=batch_size)
