"""Which known mistake a wrong FGSM looks like, found by measuring it against each of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor, nn

from course import metrics
from course.data import Split
from solutions.fgsm import fgsm, loss_gradient, robustness_curve

if TYPE_CHECKING:
    from autograder.checks.a3_fgsm import Trial


def agreement(trial: Trial) -> tuple[float, float]:
    """Of the pixels that can move and did, the share that goes up the gradient; and how many did.

    Left out are pixels without a gradient and those at the edge of [0, 1] that the gradient
    pushes outwards: there even a right attack stands still.
    """
    step = trial.gradient.sign()
    blocked = ((trial.images <= 0) & (step < 0)) | ((trial.images >= 1) & (step > 0))
    free = (step != 0) & ~blocked
    moved = free & (trial.perturbation.abs() > 1e-7)
    if not moved.any():
        return 0.5, 0.0
    along = (trial.perturbation.sign() == step)[moved].float().mean().item()
    return along, moved.sum().item() / max(1, int(free.sum()))


def unrelated(trial: Trial) -> str:
    """What a perturbation that ignores the gradient may be."""
    values = trial.perturbation[trial.perturbation.abs() > 1e-7].abs()
    if values.numel() and values.std() / values.mean() < 0.3:
        return "the pixels move by about the same size in random directions: noise, no gradient"
    return "the gradient is another one: of another loss, or with respect to something else"


def too_far(trial: Trial) -> str:
    """Why the perturbation is larger than epsilon."""
    factor = trial.perturbation.abs().max().item() / trial.epsilon
    if trial.adversarial.max() > 2:
        return f"your perturbation is {factor:.0f} times too large: is epsilon taken as 0 to 255?"
    if trial.perturbation.abs().max() > 0.9 and factor > 2:
        return (
            f"your perturbation is {factor:.1f} times too large: the whole range of a pixel; "
            "epsilon is not applied, or taken as 0 to 255"
        )
    if 1.9 < factor < 2.1:
        return "your perturbation is twice epsilon: epsilon on a scale from -1 to 1?"
    return f"your perturbation is {factor:.2f} times epsilon"


def not_the_formula(trial: Trial) -> str:
    """What a linear model shows about the step."""
    step = trial.perturbation
    inside = (trial.images > trial.epsilon) & (trial.images < 1 - trial.epsilon)
    sizes = step[inside & (trial.gradient != 0)].abs()
    along, _ = agreement(trial)
    if along < 0.25:
        return "it goes down the gradient: a minus sign, or the loss of a wrong class"
    if sizes.numel() and sizes.std() > 0.05 * sizes.mean():
        return "the moves differ in size: the gradient itself was added, not its sign"
    if sizes.numel() and abs(sizes.mean().item() - trial.epsilon) > 0.02 * trial.epsilon:
        return f"the moves are {sizes.mean() / trial.epsilon:.3g} times epsilon"
    return ""


def too_weak(trial: Trial) -> str:
    """Why the network is not fooled as it should be."""
    along, _ = agreement(trial)
    if along < 0.25:
        return "the attack goes down the gradient: a minus sign, or a loss that it lowers"
    moves = trial.perturbation.abs()
    sizes = moves[(moves > 1e-7) & (trial.images > 0.3) & (trial.images < 0.7)]
    if sizes.numel() > 1 and sizes.std() < 0.05 * sizes.mean() < 0.025 * trial.epsilon:
        return (
            f"every pixel moves by {sizes.mean() / trial.epsilon:.2g} times epsilon: "
            "is epsilon taken as a number from 0 to 255?"
        )
    if moves.mean().item() < 0.3 * trial.epsilon:
        return "most pixels move far less than epsilon: the gradient was not reduced to its sign"
    return ""


def other_rate(
    found: float, model: nn.Module, images: Tensor, adversarial: Tensor, labels: Tensor
) -> str:
    """Which other rate was counted."""
    right = metrics.predict(model, images).argmax(dim=1) == labels
    after = metrics.predict(model, adversarial).argmax(dim=1)
    wrong = after != labels
    changed = metrics.predict(model, images).argmax(dim=1) != after
    rates = {
        "1 - accuracy: images that were wrong before count as successes": wrong.float().mean(),
        "successes over all images, not over those that were right": (right & wrong).float().mean(),
        "the accuracy after the attack": (~wrong).float().mean(),
        "the images still right, not those fooled": 1 - (right & wrong).sum() / right.sum(),
        "images whose prediction changed, right before or not": changed.float().mean(),
    }
    for name, rate in rates.items():
        for factor, unit in ((1, ""), (100, " in percent")):
            if abs(found - factor * rate.item()) < 1e-4 * factor:
                return f"this is {name}{unit}"
    return "this is the rate in percent; a fraction is asked for" if found > 1 else ""


def other_curve(
    found: Sequence[float], model: nn.Module, test: Split, epsilons: Sequence[float]
) -> str:
    """Which other curve was computed."""
    direction = loss_gradient(model, test.images, test.labels).sign()
    curves = {
        "the attacked images are not clamped to [0, 1]": [
            test.images + epsilon * direction for epsilon in epsilons
        ],
        "the epsilons were sorted: keep the order you were given": [
            (test.images + epsilon * direction).clamp(0, 1) for epsilon in sorted(epsilons)
        ],
        "each attack starts from the images attacked before it: the steps add up": list(
            itertools.accumulate(
                epsilons,
                lambda images, epsilon: fgsm(model, images, test.labels, epsilon),
                initial=test.images,
            )
        )[1:],
        "epsilon has no effect: these are clean accuracies": [test.images for _ in epsilons],
    }
    for name, attacked in curves.items():
        if close(found, [metrics.accuracy(model, images, test.labels) for images in attacked]):
            return name
    right = robustness_curve(model, test.images, test.labels, epsilons)
    if close(found, [100 * value for value in right], 2):
        return "these are percentages; fractions are asked for"
    if close(found, [1 - value for value in right]):
        return "this is the error, not the accuracy"
    return ""


def close(found: Sequence[float], other: Sequence[float], tolerance: float = 0.02) -> bool:
    """Whether two curves are the same but for an image or two."""
    return all(abs(a - b) <= tolerance for a, b in zip(found, other, strict=True))
