"""Diagnoses for a6-audit: the known mistake that gives the same wrong number.

Most mistakes in published evaluations give different numbers. The judge makes each mistake on its
own network, and names the one that gives the number that came back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from autograder.checks.a6_audit.defences import DefenceCase
from autograder.checks.a6_audit.known_robustness import Case, by_plain_pgd, withstood
from autograder.checks.nearest import nearest_of, rounded
from autograder.judge.checking import Setting
from autograder.judge.robustness import cross_entropy, margin

# Next steps, by how the cause begins.
STEPS = {
    "only images that are right": "Divide by the number of all images.",
    "this is the success rate": "Return the share of all images that stay right.",
    "this is the share of images that are wrong": "Return the share that stays right.",
    "a percentage": "Return a fraction from 0 to 1.",
    "the number of images": "Divide by the number of images.",
    "this is how far": "Return the accuracy under attack itself.",
    "only the first": "Go through all images, the last batch too.",
}
MISSED = 0.2  # of the judge's breaks; an attack without the right gradient breaks less


def nearest(
    found: float, numbers: Mapping[str, float] | Sequence[tuple[str, float]], tolerance: float
) -> str:
    """The name of the closest number, as `nearest_of` has it."""
    pairs = numbers.items() if isinstance(numbers, Mapping) else numbers
    return nearest_of(((name, abs(number - found)) for name, number in pairs), tolerance)


# --- to_pixel_epsilon ----------------------------------------------------------------------------


def units(setting: Setting) -> list[tuple[float, float | list[float]]]:
    """Epsilons and stds to convert, drawn from the secret; the largest std in no fixed place."""
    draws = torch.rand(12, generator=setting.generator("units"), dtype=torch.float64).tolist()
    stds = [0.1 + 0.5 * draw for draw in draws]
    return [
        (draws[0], stds[1]),
        (0.5 * draws[2], [stds[3] + 0.2, stds[4] / 2, stds[5]]),
        (2 * draws[6], [stds[7] / 2, stds[8], stds[9] + 0.3]),
        (0.1 + draws[10], [stds[11] / 3, 0.7, 0.2]),
        (8 * draws[3], [1 / 255]),
    ]


def other_unit(found: float, epsilon: float, std: float | list[float]) -> str:
    """The other formula of epsilon and std that gives this number."""
    each = std if isinstance(std, list) else [std]
    if cause := rounded([(found, epsilon * max(each))]):
        return cause
    numbers = {
        "divided by the std: that converts from pixels to normalised units": epsilon / max(each),
        "unchanged: still in normalised units": epsilon,
        "times the square of the std": epsilon * max(each) ** 2,
        "also divided by 255: epsilon was on images from 0 to 1": epsilon * max(each) / 255,
        "also halved, as for images on [-1, 1]": epsilon * max(each) / 2,
    }
    if len(each) > 1:
        numbers |= {
            "divided by the smallest std: that converts from pixels to normalised units": (
                epsilon / min(each)
            ),
            "with the first std: another channel may move further": epsilon * each[0],
            "with the last std: another channel may move further": epsilon * each[-1],
            "with the smallest std: another channel may move further": epsilon * min(each),
            "with the mean of the stds: a channel with a larger one moves further": (
                epsilon * sum(each) / len(each)
            ),
            "of all channels together": epsilon * sum(each),
        }
    name = nearest(found, numbers, 1e-6 * max(1e-3, abs(found)))
    return f"this is epsilon {name}" if name else ""


# --- evaluate ------------------------------------------------------------------------------------


def other_number(found: float, case: Case) -> str:
    """The mistake that gives this number on a linear network.

    Grey images come first. So if colour images are wrong, the range was right, and the stds are
    tried before all else.
    """
    near, exactly = 1.5 / len(case.test), 1e-4
    colours = nearest(found, misplaced(case, by_channel(case), {}), near) if case.std[1:] else ""
    ranges = wrong_ranges(case)
    if counted := nearest(found, miscounts(case), exactly) or nearly_miscounted(found, case, near):
        return counted
    if first := nearest(found, first_images(case), exactly):
        return first
    if case.clean - 3 * near < found:  # too few images are broken to tell mistakes apart
        return in_general(found, case)
    return (
        colours
        or nearest(found, misplaced(case, wrong_units(case), ranges), exactly)
        or nearest(
            found,
            [*survivors_alone(case).items(), *misplaced(case, wrong_units(case), ranges)],
            near,
        )
        or in_general(found, case)
    )


def miscounts(case: Case) -> dict[str, float]:
    """The numbers that the right attack gives if it is counted in another way."""
    right, clean = case.right, case.clean
    return survivors_alone(case) | {
        "this is the clean accuracy: epsilon is far too small, or the attack is not used": clean,
        "this is the success rate, of the images that were right before": 1 - right / clean,
        "this is the share of images that are wrong, not of those that are right": 1 - right,
        "a percentage; a fraction is asked for": 100 * right,
        "the number of images, not a fraction": right * len(case.test),
        "this is how far the accuracy falls, not what is left": clean - right,
    }


def survivors_alone(case: Case) -> dict[str, float]:
    """The number if images that are wrong without an attack are left out."""
    return {
        "only images that are right without an attack are counted: the share of survivors among "
        "them, not among all images": case.right / case.clean,
    }


def nearly_miscounted(found: float, case: Case, near: float) -> str:
    """The same where the attack leaves an image or two more, as a right one may.

    Two of the numbers are left out: other mistakes come near them, too.
    """
    for name, value in miscounts(case).items():
        common = value in (case.clean, case.right / case.clean)
        if not common and abs(found - value) <= near * max(1.0, value / case.right):
            return name
    return ""


def first_images(case: Case) -> dict[str, float]:
    """The right number, but of the first batch only."""
    low, high = case.reach()
    robust = case.within(case.normalised(low), case.normalised(high)).double()
    return {
        f"only the first {size} images are counted": robust[:size].mean().item()
        for size in (32, 50, 64, 100, 128)
    }


Size = Tensor | float
Range = tuple[Tensor | float, Tensor | float]
NOT_CONVERTED = "epsilon is taken in normalised units: it is not divided by std"


def wrong_units(case: Case) -> dict[str, Size]:
    """The moves of normalised values by an epsilon in the wrong unit."""
    std = torch.tensor(case.std).view(-1, 1, 1)
    return {
        NOT_CONVERTED: case.epsilon,
        "epsilon is multiplied by std, not divided": case.epsilon * std,
        "epsilon is twice what it should be": 2 * case.epsilon / std,
        "epsilon is half of what it should be": case.epsilon / std / 2,
    }


def by_channel(case: Case) -> dict[str, Size]:
    """The moves if one std is used for several."""
    return {
        "one channel's std is used for all": case.epsilon / case.std[0],
        "the largest std is used for all channels": case.epsilon / max(case.std),
        "the smallest std is used for all channels": case.epsilon / min(case.std),
        "the mean std is used for all channels": case.epsilon / (sum(case.std) / len(case.std)),
    }


def wrong_ranges(case: Case) -> dict[str, Range]:
    """Ranges to which normalised values are clamped, other than black and white."""
    clamped = "the normalised images are clamped to [{0}, {1}], "
    black_and_white = "not to what black and white become"
    return {
        "no clamp: pixels leave [0, 1]": (-math.inf, math.inf),
        clamped.format(0, 1) + "which is the range of pixels": (0.0, 1.0),
        clamped.format(-1, 1) + black_and_white: (-1.0, 1.0),
        clamped.format(-2, 2) + black_and_white: (-2.0, 2.0),
        clamped.format(-3, 3) + black_and_white: (-3.0, 3.0),
    }


def misplaced(
    case: Case, sizes: Mapping[str, Size], ranges: Mapping[str, Range]
) -> list[tuple[str, float]]:
    """The numbers if pixels move by one of these sizes, or are clamped to one of these ranges.

    A wrong clamp may correct an image, so each number is counted with and without the clean images.
    The two most common mistakes are also tried together.
    """
    z, std = case.normalised(case.test.images), torch.tensor(case.std).view(-1, 1, 1)
    black, white = (
        case.normalised(torch.full_like(case.test.images, value)) for value in (0.0, 1.0)
    )
    tried: list[tuple[str, Size, Range]] = [
        *((name, size, (black, white)) for name, size in sizes.items()),
        *((name, case.epsilon / std, limits) for name, limits in ranges.items()),
        *((f"{NOT_CONVERTED}; {name}", case.epsilon, limits) for name, limits in ranges.items()),
    ]
    right, numbers = case.within(z, z), []
    for name, size, limits in tried:
        least, most = map(torch.as_tensor, limits)
        low, high = (torch.clamp(z + sign * size, least, most) for sign in (-1, 1))
        robust = case.within(low, high)
        numbers += [(name, each.double().mean().item()) for each in (robust & right, robust)]
    if ranges:
        shown = case.within(*case.reach()).double().mean().item()
        numbers.append(("the images are not normalised: the model is shown pixels", shown))
        swapped = Case(case.network, case.test, case.epsilon, case.std, case.mean)
        reached = case.within(*map(swapped.normalised, case.reach())).double().mean().item()
        numbers.append(("mean and std are swapped: `Normalize` takes the mean first", reached))
    return numbers


def in_general(found: float, case: Case) -> str:
    """The meaning of a number that no known mistake gives."""
    if found > case.clean + 2.5 / len(case.test):  # noise corrects an image or two
        return "this is more than the clean accuracy: the attack goes down the loss"
    if found > (case.clean + case.right) / 2:
        return (
            "an attack that hardly works: noise, too few steps, or epsilon is taken in normalised "
            "units, where it is far too small"
        )
    return ""


def by_one_step(case: Case) -> dict[str, float]:
    """The accuracy that one step leaves, on the cross-entropy and on both losses."""
    right = torch.ones(len(case.test), dtype=torch.bool)
    numbers = {}
    for loss in (cross_entropy, margin):
        size = case.epsilon
        right &= withstood(case.on_pixels, case.test, case.epsilon, loss, size=size, steps=1)
        fgsm = "this is the accuracy under FGSM: one step is no evaluation"
        numbers[fgsm + ("" if loss is cross_entropy else ", not even on two losses")] = (
            right.double().mean().item()
        )
    return numbers


def other_attack(found: float, case: Case) -> str:
    """The weaker attack, or way to count, that gives this number on the trained network."""
    if found < case.right:
        return nearest(found, miscounts(case), 1e-4) or (
            "more images are broken than can be: the attack leaves its budget"
        )
    return (
        nearest(found, by_one_step(case), 1.5 / len(case.test))
        or nearest(found, miscounts(case), 1e-4)
        or in_general(found, case)
        or "too few steps, steps too small, or one that never leaves a corner of the budget"
    )


def blinded(found: float, case: Case) -> str:
    """The cause if large logits hid the gradient."""
    if found < case.right:
        return other_attack(found, case)
    by_entropy = by_plain_pgd(case).double().mean().item()
    if found > (case.right + by_entropy) / 2:
        return (
            "images that survive cross-entropy alone are counted: for logits this large its "
            "gradient is 0"
        )
    return ""


def helped(found: float, case: Case) -> str:
    """The cause if images are counted that an attack corrected, or that one of several broke."""
    if abs(found - case.clean) <= 0.5 / len(case.test):
        return (
            "this is the smallest of the accuracies, without an attack and after each: an image "
            "counts only if it is right every time"
        )
    if found > case.right:
        return "an image that is wrong without an attack counts if it is right after one"
    return ""


# --- break_defense -------------------------------------------------------------------------------


def why_unbroken(case: DefenceCase, answer: Tensor, share: float) -> str:
    """The reason why the answer breaks no more than this share of the images."""
    moves = (answer - case.test.images).abs()
    if moves.max() <= 1e-7:
        return "the images come back unchanged: the gradient that was followed is 0"
    if case.kind == "quantised" and near_start(case, answer):
        return (
            "the moves look like a random start without any step after it: "
            "the gradient of rounding is 0 almost everywhere"
        )
    if near_start(case, answer):
        return "the moves look like a random start without any step after it: the gradient is 0"
    if (moves.flatten(1).amax(dim=1) <= 1e-7).double().mean() > 0.5:
        return "most images come back unchanged: for these the attack found nothing"
    if moves.mean() < 0.3 * case.epsilon:
        return "most pixels move far less than epsilon"
    if share > MISSED:
        return "the right idea, but too weak an attack: one step or few, or one start on one loss"
    return "the attack does not follow the gradient of the network behind the defence"


def near_start(case: DefenceCase, answer: Tensor) -> bool:
    """Whether grey pixels moved by any amount within epsilon, as after a random start alone."""
    images = case.test.images
    inside = (images > case.epsilon) & (images < 1 - case.epsilon)
    noise = ((answer - images) / case.epsilon)[inside].abs()
    return bool(noise.numel() and 0.4 < noise.mean() < 0.6 and 0.2 < noise.std() < 0.4)
