"""Diagnoses for a4-pgd: known mistakes are made by the judge, and their results compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks.a3_fgsm import mistakes as fgsm_mistakes
from autograder.checks.a4_pgd.pgd_runs import judge_pgd, per_image
from autograder.checks.a4_pgd.worst_case import AttackCase, accuracy_of_each, attacks, outcomes
from autograder.checks.attacked import agreement
from autograder.checks.nearest import nearest_of
from autograder.judge.checking import metrics
from autograder.judge.robustness import Loss, bounded, cross_entropy, margin

if TYPE_CHECKING:
    from autograder.checks.a4_pgd.pgd_runs import PgdRun

# Next steps, by how the cause begins.
STEPS = {
    "the loss that it is given": "Call `loss(model(x), labels)`, the parameter, in each step.",
    "an image is left alone": "Take all the steps with every image, broken already or not.",
    "pixels without a gradient": "`gradient.sign()` is 0 where the gradient is 0: use that.",
    "all channels": "Leave the gradient as it is, (n, C, H, W): no mean over the channels.",
    "it goes down": "Add the step, and take the loss of the true labels without a minus.",
    "it ends after": "Take all `steps`: `for _ in range(steps):`, without break or return inside.",
    "one step too": "Use `for _ in range(steps):`, and store what each turn ends with.",
    "step_size": "Use the `step_size` you were given as it is, in pixel units.",
    "epsilon is taken": "Use the `epsilon` you were given as it is, in pixel units.",
    "every step uses": "Take the gradient at the point where the last step ended.",
    "the gradients of all": "Take each gradient by itself: torch.autograd.grad(loss, point).",
    "earlier gradients": "Step along the sign of the present gradient alone.",
    "it is brought back": "Call `project` in each turn, right after the step.",
    "it is never brought back": "In each turn call `project` with the original images.",
    "it is clamped": "Clamp to [0, 1] in each turn, right after the step.",
    "it lowers the loss of one": "Raise the loss of the true labels; there is no target here.",
    "it raises the loss of the network's own": "Give the loss the `labels` you were given, not "
    "`logits.argmax(dim=1)`.",
    "it raises the margin": "Without another loss, raise the cross-entropy: `loss=cross_entropy`.",
    "a softmax before": "Give the loss the logits as they are: cross-entropy has a softmax inside.",
    "the gradient": "Step along `gradient.sign()`.",
    "the point with the highest": "Return the point after the last step.",
    "it starts at random": "Start at the images where `random_start` is False.",
    "the pixels move as far": "Take all `steps`, each of the whole `step_size`.",
    "most pixels end where": "Write one turn as the formula does: the gradient at the point where "
    "the last turn ended, its sign, the step, the projection.",
    "most pixels end far": "Print the largest change after each step: it must reach epsilon.",
    "the attack goes down": "Add the step, and take the loss of the true labels without a minus.",
    "each attack starts": "Give every attack the `images` you were given, and what it returns "
    "another name.",
    "this is the share of broken": "Count the images that are still right.",
    "this is the number of images": "Divide by the number of images.",
    "this is a percentage": "Return a fraction from 0 to 1.",
    "this is the survivors over": "Divide by the number of all images.",
    "it is the number of the first": "Go through all images, the last batch too.",
}
BROUGHT_BACK_LATE = "it is brought back within epsilon only after the last step"
NEVER_BROUGHT_BACK = "it is never brought back within epsilon of the original images"
COMPARED = 16  # images that each known mistake is made on


# --- pgd -----------------------------------------------------------------------------------------


# Each known mistake and the options of `judge_pgd` that make it.
MISTAKES: dict[str, Callable[[PgdRun], dict[str, Any]]] = {
    "the loss that it is given is not used: it raises the cross-entropy": lambda trial: {
        "loss": cross_entropy
    },
    "an image is left alone once the network is wrong about it": lambda trial: {"moving": "right"},
    "pixels without a gradient move too: the sign of 0 is 0": lambda trial: {
        "direction": lambda g: torch.where(g >= 0, 1.0, -1.0)
    },
    "all channels of a pixel move alike: each has a gradient of its own": lambda trial: {
        "direction": lambda g: g.mean(dim=1, keepdim=True).sign()
    },
    "it goes down the gradient: a minus sign, or a loss that it lowers": lambda trial: {
        "loss": lambda logits, labels: -cross_entropy(logits, labels)
    },
    "one step too few": lambda trial: {"steps": trial.steps - 1},
    "one step too many": lambda trial: {"steps": trial.steps + 1},
    "step_size has no effect: the steps are epsilon / steps": lambda trial: {
        "step_size": trial.epsilon / max(1, trial.steps)
    },
    "step_size has no effect: the steps are 5/2 of epsilon / steps": lambda trial: {
        "step_size": 2.5 * trial.epsilon / max(1, trial.steps)
    },
    "step_size has no effect: the steps are epsilon": lambda trial: {"step_size": trial.epsilon},
    "step_size is taken as a number from 0 to 255": lambda trial: {
        "step_size": trial.step_size / 255
    },
    "epsilon is taken as a number from 0 to 255": lambda trial: {"bound": trial.epsilon / 255},
    "every step uses the gradient at the clean images": lambda trial: {"gradient_at": "clean"},
    "the gradients of all steps are added up: .grad is not cleared, or this is momentum": (
        lambda trial: {"momentum": 1.0}
    ),
    "earlier gradients are added to each step: this is momentum": lambda trial: {
        "momentum": 0.5,
        "weighted": True,
    },
    BROUGHT_BACK_LATE: lambda trial: {"projected": "end"},
    "it is clamped to [0, 1] only after the last step": lambda trial: {"projected": "late"},
    "it lowers the loss of one other class: an attack with a target": lambda trial: {
        "loss": lambda logits, labels: -cross_entropy(logits, (labels + 1) % logits.shape[1])
    },
    "it raises the loss of the network's own predictions, not of the labels": lambda trial: {
        "loss": lambda logits, labels: cross_entropy(logits, logits.argmax(dim=1))
    },
    "it raises the margin; the cross-entropy is asked for": lambda trial: {"loss": margin},
    "a softmax before cross-entropy, which takes logits": lambda trial: {
        "loss": lambda logits, labels: cross_entropy(logits.softmax(dim=1), labels)
    },
    "the gradient itself was added, not its sign": lambda trial: {"direction": lambda g: g},
    "the gradient was divided by its size, not reduced to its sign": lambda trial: {
        "direction": per_image
    },
}


def other_path(trial: PgdRun) -> str:
    """The mistake that leads to nearly the same images: the closest of those that are close."""
    trial = first_images(trial)
    found = bounded(trial.images, trial.adversarial, trial.epsilon)
    apart = {
        name: (judge_pgd(trial, **options(trial)) - found).abs().gt(1e-5).float().mean().item()
        for name, options in MISTAKES.items()
    }
    nearest = min(apart, key=lambda name: apart[name])
    if apart[nearest] <= min(0.05, 0.5 * trial.stray):
        outside = trial.perturbation.abs().max() > trial.epsilon + 1e-5
        return NEVER_BROUGHT_BACK if outside and nearest == BROUGHT_BACK_LATE else nearest
    points = [judge_pgd(trial, steps=count) for count in range(trial.steps + 1)]
    best = highest_point(trial, points)
    if (best - found).abs().gt(1e-5).float().mean().item() <= 0.2 * trial.stray:
        return "the point with the highest loss is returned, not the one that the steps lead to"
    return (
        fewer_steps(trial, points)
        or other_length(trial)
        or looks_random(trial)
        or nearly_right(trial)
    )


def fewer_steps(trial: PgdRun, points: Sequence[Tensor]) -> str:
    """The cause if the result is one of the points that the right path passes before its end."""
    for count, point in enumerate(points[1:-1], start=1):
        if (point - trial.adversarial).abs().gt(1e-5).float().mean().item() < 0.5 * trial.stray:
            return f"it ends after {count} of the {trial.steps} steps"
    return ""


def nearly_right(trial: PgdRun) -> str:
    """The cause if only a part of the pixels ends elsewhere than the formula leads."""
    if not 0 < trial.stray < 0.3 or agreement(trial)[0] < 0.6:
        return ""
    return (
        "most pixels end where the formula leads, and some elsewhere: a gradient was taken at "
        "another point than the present one, or earlier gradients go into a step"
    )


def highest_point(trial: PgdRun, points: Sequence[Tensor]) -> Tensor:
    """For each image, the point of the right path at which its loss is highest."""
    losses = [
        trial.loss(metrics.predict(trial.network.module, point), trial.labels) for point in points
    ]
    return torch.stack([*points])[
        torch.stack(losses).argmax(dim=0), torch.arange(len(trial.labels))
    ]


def other_length(trial: PgdRun) -> str:
    """The cause if the pixels move in the right direction, but not by all the steps or by more."""
    inside = (trial.images > trial.epsilon) & (trial.images < 1 - trial.epsilon)
    moves = trial.perturbation[inside & (trial.gradient != 0)].abs()
    if not moves.numel() or agreement(trial)[0] < 0.9 or trial.steps * trial.step_size == 0:
        return ""
    steps = moves.median().item() / trial.step_size
    if abs(steps - trial.steps) < 0.3 or trial.steps * trial.step_size > trial.epsilon:
        return ""
    return (
        f"the pixels move as far as {steps:.1f} steps of step_size lead: do the steps get smaller, "
        "or end early?"
    )


def first_images(trial: PgdRun) -> PgdRun:
    """The same run on its first images only, which are enough to tell mistakes apart."""
    few = slice(0, COMPARED)
    return replace(
        trial,
        images=trial.images[few],
        labels=trial.labels[few],
        adversarial=trial.adversarial[few],
    )


def looks_random(trial: PgdRun) -> str:
    """The cause if the result is scattered around the right one, as after a random start."""
    off = trial.adversarial - trial.expected
    inside = (trial.images > trial.epsilon) & (trial.images < 1 - trial.epsilon)
    scattered = off[inside & (trial.gradient != 0)]
    if not scattered.numel() or scattered.abs().max() < 1e-5:
        return ""
    turns = trial.perturbation[inside & (trial.gradient != 0)] / max(trial.step_size, 1e-9)
    if (turns - turns.round()).abs().lt(0.05).all():  # whole steps, one way or the other: no noise
        return ""
    if scattered.std() > 0.1 * trial.epsilon and trial.steps * trial.step_size < trial.epsilon:
        return "it starts at random although random_start is False"
    return ""


def too_far(trial: PgdRun) -> str:
    """Why pixels moved by more than epsilon."""
    largest = trial.perturbation.abs().max().item()
    if abs(largest - trial.steps * trial.step_size) < 0.1 * trial.step_size:
        return (
            f"the {trial.steps} steps add up: nothing brings them back, or only to within epsilon "
            "of the step before, not of the original images"
        )
    return fgsm_mistakes.too_far(trial)


def too_weak(trial: PgdRun) -> str:
    """Why the network is not fooled as it should be."""
    if agreement(trial)[0] < 0.3:
        return "the attack goes down the gradient: a minus sign, or a loss that it lowers"
    if trial.perturbation.abs().mean().item() < 0.3 * trial.epsilon:
        return "most pixels end far inside the budget: steps too small, or no sign taken"
    return ""


def spread(start: PgdRun) -> str:
    """A random start in numbers."""
    noise = start.perturbation / start.epsilon
    return f"noise from {noise.min():.2f} to {noise.max():.2f} epsilon, spread {noise.std():.2f}"


def not_uniform(start: PgdRun) -> str:
    """Why a start is not uniform within epsilon; empty if it is. No pixel of it was clamped."""
    noise = start.perturbation / start.epsilon
    if noise.abs().max() < 1e-4:
        return "there is no random start: the images come back as they are"
    if noise.abs().max() > 1 + 1e-4:
        return f"the noise is up to {noise.abs().max():.1f} times epsilon"
    if noise.abs().min() > 0.99:
        return "only corners: every pixel starts epsilon away, none in between"
    if len(noise) > 1 and torch.allclose(noise[0], noise[1], atol=1e-3):
        return "the same noise for every image"
    if noise.shape[1] > 1 and torch.allclose(noise[:, 0], noise[:, 1], atol=1e-3):
        return "the same noise for every channel"
    if (noise.flatten(1).std(dim=1) < 0.1).any():
        return "one number for a whole image, not one for each pixel"
    if noise.mean().abs() > 0.05:
        return "the noise goes to one side only"
    # The spread of a uniform number in [-1, 1] is 1 / sqrt(3).
    if not 0.54 <= noise.std() <= 0.62:
        return "the noise is not uniform between -epsilon and epsilon"
    return ""


# --- margin_loss ---------------------------------------------------------------------------------

OTHER_MARGINS: dict[str, Loss] = {
    "this is the true class minus the best other: the sign is turned": (
        lambda logits, labels: -margin(logits, labels)
    ),
    "it is never below 0: the true class is among the others, or the margin is cut off": (
        lambda logits, labels: logits.amax(dim=1) - logits.gather(1, labels[:, None])[:, 0]
    ),
    "this is a margin of probabilities, not of logits": (
        lambda logits, labels: margin(logits.softmax(dim=1), labels)
    ),
    "the true class counts as a logit of 0, not as none: others may all be below 0": (
        lambda logits, labels: (
            (logits * (1 - F.one_hot(labels, logits.shape[1]))).amax(dim=1)
            - logits.gather(1, labels[:, None])[:, 0]
        )
    ),
    "this is the cross-entropy": cross_entropy,
    "this is the second largest logit minus the true one": lambda logits, labels: (
        logits.topk(2).values[:, 1] - logits.gather(1, labels[:, None])[:, 0]
    ),
    "this is the margin to the mean of the others, not to the best": lambda logits, labels: (
        (logits.sum(dim=1) - logits.shape[1] * logits.gather(1, labels[:, None])[:, 0])
        / (logits.shape[1] - 1)
    ),
}


def other_margin(found: Any, logits: Tensor, labels: Tensor) -> str:
    """Which other loss was computed."""
    if not isinstance(found, Tensor):
        return ""
    right = margin(logits, labels)
    if found.numel() == 1 and any(
        torch.allclose(found, each, atol=1e-3) for each in (right.mean(), right.sum())
    ):
        return "the mean or the sum over the batch: one number for each image is asked for"
    for name, loss in OTHER_MARGINS.items():
        other = loss(logits, labels)
        if found.shape == other.shape and torch.allclose(found, other, atol=1e-4):
            return name
    return ""


# --- worst_case_accuracy -------------------------------------------------------------------------


def other_worst_case(found: float, trial: AttackCase) -> str:
    """Which other number was counted."""
    module = trial.network.module
    clean = metrics.predict(module, trial.images).argmax(dim=1) == trial.labels
    after, right = outcomes(trial), trial.expected
    if not after:
        dropout = ", in evaluation mode" if trial.training else ""
        return f"without an attack it is the clean accuracy{dropout}" if found != right else ""
    together = torch.stack(after).all(dim=0)
    kept = torch.stack(after).any(dim=0)
    alone, count = accuracy_of_each(trial), len(trial.images)
    clean_accuracy = clean.double().mean().item()
    numbers = {
        # In this order: of those that have a number in common, the first two are named.
        "an attack that leaves the budget is counted as it comes": (
            (clean & together).double().mean().item()
        ),
        "the clean images are not counted": together.double().mean().item(),
        "this is the smallest of the single accuracies: attacks break different images": min(
            [clean_accuracy, *alone]
        ),
        "this is the mean over the attacks": sum(alone) / len(alone),
        "this is the last attack alone": alone[-1],
        "this is the first attack alone": alone[0],
        "this is the largest of the single accuracies": max(alone),
        "an image counts if it survives one attack, not all": kept.double().mean().item(),
        "this is the survivors over the images that were right before, not over all": (
            right * count / max(1, int(clean.sum()))
        ),
        "this is the share of broken images, not of survivors": 1 - right,
        "an image that leaves the budget counts as a survivor, in place of being brought back": (
            only_within_budget(trial)
        ),
        "the attacks are not given epsilon, or not used: the clean accuracy": clean_accuracy,
        **chained(trial),
        "this is the number of images, not a fraction": right * count,
        "this is a percentage; a fraction is asked for": 100 * right,
    }
    others = {name: number for name, number in numbers.items() if abs(number - right) > 1e-9}
    apart = ((name, abs(number - found)) for name, number in others.items())
    return nearest_of(apart, 0.5 / count) or of_first_images(found, trial, clean)


def of_first_images(found: float, trial: AttackCase, clean: Tensor) -> str:
    """The cause if only the first images are counted, as many as give exactly this number."""
    right, module = clean, trial.network.module
    for attack in attacks(trial):
        moved = attack(module, trial.images, trial.labels, trial.epsilon)
        moved = bounded(trial.images, moved, trial.epsilon)
        right = right & (metrics.predict(module, moved).argmax(dim=1) == trial.labels)
    shares = right.double().cumsum(dim=0) / torch.arange(1, len(right) + 1)
    counts = 1 + (shares - found).abs().lt(1e-6).nonzero().flatten()
    if not len(counts):
        return ""
    return f"it is the number of the first {counts[-1]} images alone: are the others left out?"


def chained(trial: AttackCase) -> dict[str, float]:
    """The numbers if each attack continues from the one before: with or without a projection, and
    with the images that are right after the last one, or after each."""
    name, module = "each attack starts where the one before ended", trial.network.module
    numbers = {}
    for back, projected in (("", False), (", brought back within epsilon", True)):
        images = trial.images
        survived = metrics.predict(module, images).argmax(dim=1) == trial.labels
        for attack in attacks(trial):
            images = attack(module, images, trial.labels, trial.epsilon)
            images = bounded(trial.images, images, trial.epsilon) if projected else images
            right = metrics.predict(module, images).argmax(dim=1) == trial.labels
            survived = survived & right
        numbers[name + back] = right.double().mean().item()
        numbers[f"{name}{back}, and survivors are counted"] = survived.double().mean().item()
    return numbers


def only_within_budget(trial: AttackCase) -> float:
    """The number if an image that an attack moves out of the budget survives that attack."""
    images, module = trial.images, trial.network.module
    survived = metrics.predict(module, images).argmax(dim=1) == trial.labels
    for attack in attacks(trial):
        moved = attack(module, images, trial.labels, trial.epsilon)
        outside = (moved - images).abs().flatten(1).amax(dim=1) > trial.epsilon + 1e-6
        survived &= (metrics.predict(module, moved).argmax(dim=1) == trial.labels) | outside
    return survived.double().mean().item()
