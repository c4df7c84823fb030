"""Diagnoses for a3-fgsm: the known mistake that a wrong answer looks like, by measurement."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.checks.attacked import Trial, agreement
from autograder.checks.nearest import nearest_of, rounded
from autograder.judge.checking import Split, metrics
from autograder.judge.robustness import loss_gradient, margin

TINY = 1e-6
SEVERAL_STEPS = "several steps are taken, each along the gradient at another point: that is PGD"
NORMALISED_AGAIN = "the images are normalised in front of a network that does so itself"
STEP_COUNTS = (2, 5, 10)
LOGITS_SCALED = "the logits are scaled before the cross-entropy (a temperature)"
FACTORS = (0.01, 0.1, 0.2, 0.5, 2, 5, 10, 100)  # what logits are multiplied by, by mistake
SMOOTHED = "label smoothing changes the loss"
SMOOTHINGS = (0.05, 0.1, 0.2)
RANGE_OF_IMAGES = "it is clamped to the range that these images happen to have, not to [0, 1]"
WITHIN = 0.02  # a share of the images: one or two
NO_EFFECT = "epsilon has no effect: these are clean accuracies"

# Next steps, by how the cause begins.
STEPS = {
    "the images are normalised": "Give the network the images as they are, in [0, 1].",
    "it raises the loss of the network's own": "Give the cross-entropy the `labels` you were "
    "given, not `logits.argmax(dim=1)`.",
    "a softmax before": "Give `F.cross_entropy` the logits as they are: it has a softmax inside.",
    "it raises the margin": "Use `F.cross_entropy(logits, labels, reduction='sum')` as the loss.",
    "the logits are scaled": "Give `F.cross_entropy` the logits as they are, not divided.",
    "label smoothing": "Use `F.cross_entropy(logits, labels, reduction='sum')` as it is.",
    "it raises the squared distance": "Use `F.cross_entropy(logits, labels, reduction='sum')`.",
    "it lowers the true class's logit": "Use `F.cross_entropy(logits, labels, reduction='sum')`.",
    "it goes down": "Add the step, and take the loss of the true labels without a minus.",
    "the attack goes down": "Add the step, and take the loss of the true labels without a minus.",
    "the attacked images are rounded": "Return the float32 images as they are, without rounding.",
    "several steps": "Take one gradient, at the images themselves, then one step.",
    "some pixels go against": "Take one gradient, at the images themselves, then one step.",
    "some images come back": "Print `(attacked - images).abs().amax(dim=(1, 2, 3))`: no image may "
    "be left out.",
    "the images come back unchanged": "Attack every image, those that are wrong already too.",
    "it is clamped to the range": "Clamp to what a pixel may be: `.clamp(0, 1)`.",
    "pixels without a gradient": "`gradient.sign()` is 0 where the gradient is 0: use that.",
    "all channels": "Leave the gradient as it is, (n, C, H, W): no mean over the channels.",
    "pixels are only made brighter": "`gradient.sign()` is -1 where the gradient is negative.",
    "the moves differ in size: the gradient": "Replace the gradient by its sign before you "
    "multiply by epsilon.",
    "most pixels move far less": "Replace the gradient by its sign before you multiply by epsilon.",
    "the moves differ in size, but": "Start from the images themselves and take one "
    "step: FGSM draws nothing.",
    "the attacked images are not clamped": "Clamp each point's images: `.clamp(0, 1)`.",
    "the epsilons were sorted": "Go through `epsilons` as they are: no sorted(), no set().",
    "each attack starts": "In each turn start from `images`, and give the result another name.",
    "epsilon has no effect": "Print the attacked images' largest change: it must be each epsilon.",
    "the gradient itself is added": "Take the sign of the gradient before the loop: `.sign()`.",
    "this is the error": "Return accuracies: the share of images that are still right.",
    "these are success rates": "Return accuracies over all images: `accuracy(model, ...)`.",
    "these are percentages": "Return fractions from 0 to 1.",
    "this is the smallest": "Return each accuracy as it is, also where it is higher than before.",
    "the same number": "Use the loop's epsilon in each turn, and print the largest change.",
    "the curve is right for your fgsm": "Correct `fgsm` first; this curve then follows.",
}


def unrelated(trial: Trial) -> str:
    """Why a perturbation does not follow the gradient of the loss."""
    if trial.adversarial.max() - trial.adversarial.min() < 1e-6:
        return "all pixels of all images have the same value"
    if trial.adversarial.abs().max() <= trial.epsilon + 1e-6 < trial.images.max() / 2:
        return "this is the perturbation alone, not the attacked images"
    signs = trial.perturbation.sign()
    if signs.sum(dim=0).abs().sum() > 0.99 * signs.abs().sum():
        return "the same step for every image: a mean over the batch, or no gradient at all"
    for name in range(len(metrics.predict(trial.network.module, trial.images[:1])[0])):
        labels = torch.full_like(trial.labels, name)
        gradient = loss_gradient(trial.network.module, trial.images, labels)
        if agreement(trial, gradient)[0] > 0.95:
            return f"the loss is that of one class for every image, class {name}"
    if normalised_again(trial):
        return NORMALISED_AGAIN
    if of_another_image(trial):
        return "it follows the gradient of another image: the rows were put in another order"
    if other := nearest_other_attack(trial):
        return other
    values = trial.perturbation[trial.perturbation.abs() > 1e-7].abs()
    if values.numel() and values.std() / values.mean() < 0.3:
        return "the pixels move by about the same size in random directions: noise, no gradient"
    return "the gradient is another one: of another loss, or with respect to something else"


# Means and standard deviations that tutorials give for MNIST, for CIFAR-10, and for anything.
NORMALISATIONS = (
    ([0.1307], [0.3081]),
    ([0.5], [0.5]),
    ([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]),
    ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
)


def normalised_again(trial: Trial) -> bool:
    """Whether the gradient was taken at images that were normalised by a usual mean and spread."""
    channels = trial.images.shape[1]
    for means, spreads in NORMALISATIONS:
        if len(means) in (1, channels):
            mean, spread = (torch.tensor(each).view(1, -1, 1, 1) for each in (means, spreads))
            inside = (trial.images - mean) / spread
            gradient = loss_gradient(trial.network.module, inside, trial.labels)
            if agreement(trial, gradient)[0] > 0.95:
                return True
    return False


def of_another_image(trial: Trial) -> bool:
    """Whether most images moved along the gradient of some other image of the batch."""
    moves = trial.perturbation.sign().flatten(1)
    gradients = trial.gradient.sign().flatten(1)
    shared = (moves.abs() @ gradients.abs().T).clamp(min=1)
    along = (moves @ gradients.T / shared).fill_diagonal_(-1)
    return bool((along.amax(dim=1) > 0.8).float().mean() > 0.5)


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
    moves = trial.perturbation.abs()
    uneven = moves[moves > 1e-7].std() > 0.5 * moves[moves > 1e-7].mean()
    sign = ", and its moves differ in size: the gradient was not reduced to its sign"
    return f"your perturbation is {factor:.2f} times epsilon" + (sign if uneven else "")


def not_the_formula(trial: Trial) -> str:
    """What is wrong with the step, measured on a linear model."""
    step = trial.perturbation
    inside = (trial.images > trial.epsilon) & (trial.images < 1 - trial.epsilon)
    sizes = step[inside & (trial.gradient != 0)].abs()
    along, moved = agreement(trial)
    left_out = unchanged(trial)
    if left_out:
        return left_out
    if on_grid(trial.adversarial) > 0.3 + on_grid(trial.images):
        return "the attacked images are rounded to the 256 grey levels: the step is no longer exact"
    blind = trial.gradient == 0
    # Of the pixels that are 0 or 1 some are held where they are by the clamp.
    if min(along, moved) > 0.99 and step[blind].abs().gt(TINY).any():
        return "pixels without a gradient move too: the sign of 0 is 0"
    if step.shape[1] > 1 and (step - step[:, :1]).abs().max() < TINY:
        return "all channels of a pixel move alike: each has a gradient of its own"
    other = nearest_other_attack(trial) or (NORMALISED_AGAIN if normalised_again(trial) else "")
    if other:
        return other
    if along < 0.25:
        return "it goes down the gradient: a minus sign, or the loss of a wrong class"
    if moved < 0.75 and (step >= 0).all():
        return "pixels are only made brighter: where the gradient is negative they stay"
    if sizes.numel() and sizes.std() > 0.05 * sizes.mean():
        slopes = trial.gradient[inside & (trial.gradient != 0)].abs()
        mostly_whole = (sizes > 0.99 * sizes.amax()).float().mean() > 0.5
        if mostly_whole or torch.corrcoef(torch.stack([sizes, slopes]))[0, 1] < 0.2:
            return (
                "the moves differ in size, but not as the gradient does: a random start, or "
                "several steps?"
            )
        return "the moves differ in size: the gradient itself was added, not its sign"
    if sizes.numel() and abs(sizes.mean().item() - trial.epsilon) > 0.02 * trial.epsilon:
        factor = sizes.mean().item() / trial.epsilon
        scale = ": is epsilon taken as a number from 0 to 255?" if factor < 0.01 else ""
        return f"the moves are {factor:.3g} times epsilon{scale}"
    if along < 0.998 and moved > 0.9:
        return (
            "some pixels go against their gradient at the images: it was taken at other points "
            "(several steps, a random start, noise), or it is that of another loss"
        )
    return ""


def unchanged(trial: Trial) -> str:
    """Which images come back as they were, although the loss has a gradient there."""
    still = trial.perturbation.flatten(1).abs().amax(dim=1) < TINY
    if still.all():
        return "the images come back unchanged, because the network is already wrong about them"
    if (still & (trial.gradient.flatten(1).abs().amax(dim=1) > TINY)).any():
        return "some images come back unchanged: is only a part of them attacked?"
    return ""


def nearest_other_attack(trial: Trial) -> str:
    """The mistake that leads to the same images, but for 1 % of the pixels; the nearest of them."""
    apart = [
        ((attack - trial.adversarial).abs().gt(1e-5).float().mean().item(), name)
        for name, attack in other_attacks(trial)
    ]
    share, name = min(apart)
    return name if share < 0.01 else ""


def other_attacks(trial: Trial) -> Iterator[tuple[str, Tensor]]:
    """Each known mistake with the images that it leads to."""
    for name, loss in other_losses():
        x = trial.images.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(loss(trial.network.module(x), trial.labels), x)
        yield name, (trial.images + trial.epsilon * gradient.sign()).clamp(0, 1)
    moved = trial.images + trial.epsilon * trial.gradient.sign()
    yield RANGE_OF_IMAGES, moved.clamp(trial.images.min(), trial.images.max())
    of_each = trial.images.flatten(1).aminmax(dim=1)
    low, high = (end.view(-1, 1, 1, 1) for end in of_each)
    yield RANGE_OF_IMAGES, moved.clamp(low, high)
    for steps in STEP_COUNTS:
        x, step = trial.images, trial.epsilon / steps
        for _ in range(steps):
            x = x + step * loss_gradient(trial.network.module, x, trial.labels).sign()
        yield SEVERAL_STEPS, x.clamp(0, 1)
        corners = trial.images + trial.epsilon * (x - trial.images).sign()
        yield SEVERAL_STEPS, corners.clamp(0, 1)


def on_grid(images: Tensor) -> float:
    """The share of the pixels, neither black nor white, that are a whole number of grey levels."""
    inside = 255 * images[(images > 0) & (images < 1)]
    return (inside - inside.round()).abs().lt(1e-3).float().mean().item() if len(inside) else 0.0


# Other losses, by the mistake that raises them in place of the cross-entropy of the labels.
OTHER_LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "it raises the loss of the network's own predictions, not of the labels": lambda logits, _: (
        F.cross_entropy(logits, logits.argmax(dim=1), reduction="sum")
    ),
    "a softmax before cross-entropy, which takes logits": lambda logits, labels: F.cross_entropy(
        logits.softmax(dim=1), labels, reduction="sum"
    ),
    "it raises the margin; the cross-entropy is asked for": lambda logits, labels: margin(
        logits, labels
    ).sum(),
    "it lowers the true class's logit; the cross-entropy counts the others too": (
        lambda logits, labels: -logits.gather(1, labels[:, None]).sum()
    ),
    "it raises the squared distance of the logits to the labels, not the cross-entropy": (
        lambda logits, labels: (logits - F.one_hot(labels, logits.shape[1])).square().sum()
    ),
    "it raises the squared distance of the probabilities to the labels, not the cross-entropy": (
        lambda logits, labels: (
            (logits.softmax(dim=1) - F.one_hot(labels, logits.shape[1])).square().sum()
        )
    ),
}


def other_losses() -> Iterator[tuple[str, Callable[[Tensor, Tensor], Tensor]]]:
    """Each mistake in the loss with that loss, summed over the images."""
    yield from OTHER_LOSSES.items()
    for factor in FACTORS:
        yield LOGITS_SCALED, partial(changed_loss, factor=factor)
    for share in SMOOTHINGS:
        yield SMOOTHED, partial(changed_loss, smoothing=share)


def changed_loss(
    logits: Tensor, labels: Tensor, *, factor: float = 1.0, smoothing: float = 0.0
) -> Tensor:
    """The cross-entropy of logits times a factor, with smoothed labels, summed over the images."""
    return F.cross_entropy(factor * logits, labels, reduction="sum", label_smoothing=smoothing)


def too_weak(trial: Trial) -> str:
    """Why the network is not fooled as it should be."""
    along, _ = agreement(trial)
    if along < 0.25:
        return "the attack goes down the gradient: a minus sign, or a loss that it lowers"
    moves = trial.perturbation.abs()
    unmoved = moves.flatten(1).amax(dim=1) < 1e-7
    if (unmoved & (trial.gradient.flatten(1).abs().amax(dim=1) > 1e-6)).any():
        return "some images come back unchanged: is only a part of them attacked?"
    sizes = moves[(moves > 1e-7) & (trial.images > 0.3) & (trial.images < 0.7)]
    if sizes.numel() > 1 and sizes.std() < 0.05 * sizes.mean() < 0.025 * trial.epsilon:
        return (
            f"every pixel moves by {sizes.mean() / trial.epsilon:.2g} times epsilon: "
            "is epsilon taken as a number from 0 to 255?"
        )
    if moves.mean().item() < 0.3 * trial.epsilon:
        return "most pixels move far less than epsilon: the gradient was not reduced to its sign"
    return nearest_other_attack(trial)


def other_rate(
    found: float, model: nn.Module, images: Tensor, adversarial: Tensor, labels: Tensor
) -> str:
    """Which other rate this number is."""
    right = metrics.predict(model, images).argmax(dim=1) == labels
    after = metrics.predict(model, adversarial).argmax(dim=1)
    wrong = after != labels
    changed = metrics.predict(model, images).argmax(dim=1) != after
    fooled_share = ((right & wrong).sum() / right.sum()).item()
    if cause := rounded([(found, fooled_share)]):
        return cause
    if found == 0:
        return "it comes out as 0: `//` in place of `/`, or a mask that is never true"
    rates = {
        "1 - accuracy: images that were wrong before count as successes": wrong.float().mean(),
        "successes over all images, not over those that were right": (right & wrong).float().mean(),
        "the difference of the accuracies: images that the attack made right are taken off": (
            right.float().mean() - (~wrong).float().mean()
        ),
        "the accuracy after the attack": (~wrong).float().mean(),
        "the images still right, not those fooled": torch.tensor(1 - fooled_share),
        "images whose prediction changed, right before or not": changed.float().mean(),
    }
    for name, rate in rates.items():
        for factor, unit in ((1, ""), (100, " in percent; a fraction is asked for")):
            if abs(found - factor * rate.item()) < 1e-4 * factor:
                return f"this is {name}{unit}"
    return "this is the rate in percent; a fraction is asked for" if found > 1 else ""


def other_curve(
    found: Sequence[float], model: nn.Module, test: Split, epsilons: Sequence[float]
) -> str:
    """Which other curve this is: the closest of those that are close enough."""
    slopes = loss_gradient(model, test.images, test.labels)
    direction = slopes.sign()
    once = [(test.images + epsilon * direction).clamp(0, 1) for epsilon in epsilons]
    attacked = {
        "the attacked images are not clamped to [0, 1]": [
            test.images + epsilon * direction for epsilon in epsilons
        ],
        "the attacked images are not clamped at 0": [
            (test.images + epsilon * direction).clamp(max=1) for epsilon in epsilons
        ],
        "the attacked images are not clamped at 1": [
            (test.images + epsilon * direction).clamp(min=0) for epsilon in epsilons
        ],
        "the epsilons were sorted: keep the order you were given": [
            (test.images + epsilon * direction).clamp(0, 1) for epsilon in sorted(epsilons)
        ],
        "each attack starts from the images attacked before it: the steps add up": list(
            itertools.accumulate(
                epsilons,
                lambda x, epsilon: (
                    x + epsilon * loss_gradient(model, x, test.labels).sign()
                ).clamp(0, 1),
                initial=test.images,
            )
        )[1:],
        NO_EFFECT: [test.images for _ in epsilons],
        "the gradient itself is added, not its sign": [
            (test.images + epsilon * slopes).clamp(0, 1) for epsilon in epsilons
        ],
    }
    curves = {
        name: [metrics.accuracy(model, images, test.labels) for images in each]
        for name, each in attacked.items()
    }
    right = [metrics.accuracy(model, images, test.labels) for images in once]
    curves["this is the error, not the accuracy"] = [1 - value for value in right]
    curves["these are success rates of the attack, not accuracies"] = [
        fooled(model, test, images) for images in once
    ]
    curves["this is the smallest accuracy up to each point, not the accuracy at it"] = [
        *itertools.accumulate(right, min)
    ]
    if furthest(found, [100 * value for value in right]) <= 100 * WITHIN:
        return "these are percentages; fractions are asked for"
    same = len(found) > 1 and max(found) - min(found) < 1e-6
    if same:  # another curve may be as close by chance, where the attack leaves nothing right
        curves = {NO_EFFECT: curves[NO_EFFECT]}
    apart = ((name, furthest(found, curve)) for name, curve in curves.items())
    if cause := nearest_of(apart, WITHIN):
        return cause
    if same:
        return "the same number at every point: one epsilon for every point, or no attack at all"
    return ""


def fooled(model: nn.Module, test: Split, attacked: Tensor) -> float:
    """Of the images that are right, the share that the attack makes wrong."""
    right = metrics.predict(model, test.images).argmax(dim=1) == test.labels
    wrong = metrics.predict(model, attacked).argmax(dim=1) != test.labels
    return (right & wrong).sum().item() / max(1, int(right.sum()))


def furthest(found: Sequence[float], other: Sequence[float]) -> float:
    """The largest difference between two curves at one point."""
    return max(abs(a - b) for a, b in zip(found, other, strict=True))
