"""What the checks of a3-fgsm call the student's functions with: networks, images, epsilons."""

from __future__ import annotations

import contextlib
import math
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks.attacked import Trial, agreement
from autograder.judge.answer_key import fgsm as reference
from autograder.judge.checking import (
    Network,
    Ref,
    Setting,
    Split,
    Student,
    StudentFault,
    metrics,
    require_images,
)
from autograder.judge.robustness import loss_gradient

EPSILONS = [0.0, 0.02, 0.05, 0.08, 0.12, 0.16, 0.2, 0.3]


def attempt(
    student: Student,
    network: Network,
    test: Split,
    epsilon: float,
    *,
    training: bool = False,
    ref: Ref | None = None,
) -> Trial:
    """The student's attack on a fresh copy of `network`, or on the copy `ref`."""
    images, labels = test.images, test.labels
    ref = ref or student.network(network, training=training)
    adversarial = student.call("fgsm", ref, images.clone(), labels.clone(), epsilon)
    return Trial(network, images, labels, epsilon, adversarial)


def impossible(ref: Ref, test: Split) -> dict[str, tuple[list[Any], dict[str, Any]]]:
    """Arguments that `check_attack` refuses, by what is wrong with them."""
    images, labels = test.images, test.labels
    return {
        "an epsilon below 0": ([ref, images, labels, -0.1], {}),
        "an epsilon that is not a number": ([ref, images, labels, math.nan], {}),
        "one label too few": ([ref, images, labels[:-1], 0.1], {}),
    }


def mixed_outcomes(handin: Setting) -> tuple[Tensor, Tensor, Tensor]:
    """Images, attacked images and labels, with right and wrong answers both before and after.

    A third of the labels is changed so that the network is wrong before the attack and right after
    it, another third so that it is wrong both times: every way of counting gives another rate.
    """
    test = handin.test_images(handin.drawn("number of outcomes", 91, 120))
    adversarial = reference.fgsm(handin.victim.module, test.images, test.labels, 0.1)
    adversarial[3::7] = test.images[3::7]  # an attack may leave an image as it is
    before = metrics.predict(handin.victim.module, test.images).argmax(dim=1)
    after = metrics.predict(handin.victim.module, adversarial).argmax(dim=1)
    free = [(before != name) & (after != name) for name in (0, 1)]  # of three classes one is free
    neither = torch.where(free[0], 0, torch.where(free[1], 1, 2))
    labels = test.labels.clone()
    labels[::3], labels[1::3] = after[::3], neither[1::3]
    return test.images, adversarial, labels


def own_curve(
    student: Student, handin: Setting, test: Split, epsilons: list[float]
) -> tuple[list[float], bool]:
    """The accuracies under the student's own attack, and whether that is an attack at all.

    An attack follows the gradient, up or down, and changes the accuracy: what does not is a stub,
    a constant or noise, and nobody earns a curve by that.
    """
    accuracies, follows = [], True
    with contextlib.suppress(StudentFault):
        for epsilon in epsilons:
            trial = attempt(student, handin.victim, test, epsilon)
            attacked = require_images(trial.adversarial, test.images)
            accuracies.append(metrics.accuracy(handin.victim.module, attacked, test.labels))
            along, moved = agreement(trial)
            follows &= epsilon == 0 or (moved >= 0.05 and max(along, 1 - along) >= 0.75)
        return accuracies, follows and max(accuracies) - min(accuracies) > 0.1
    return [], False


def images_with_gradient(handin: Setting) -> Split:
    """Images with a loss so large that rounding does not decide the gradient's sign.

    They begin with some that are still right when attacked in [0, 1], but not when one end of the
    range is left open. The others are drawn for one hand-in, and some of them are labelled wrong:
    an attack that lowers the loss makes those right, so that its curve is another than that of the
    clean images.
    """
    whole = handin.shared
    rows, telling = rows_for_all(whole)
    count = handin.drawn("number of images with gradient", 97, 120)
    draw = handin.generator("images with gradient")
    others = (~telling).nonzero().flatten()
    others = others[torch.randperm(len(others), generator=draw)]
    chosen = torch.cat([telling.nonzero().flatten(), others])[:count]
    few = lighter(whole.dataset.test)[rows[chosen]]
    wrong = slice(int(telling.sum()), None, handin.drawn("every so many is labelled wrong", 3, 7))
    labels = few.labels.clone()
    labels[wrong] = (labels[wrong] + 1) % handin.dataset.num_classes
    return Split(few.images, labels)


def lighter(test: Split) -> Split:
    """The images made lighter, so that many pixels are 1."""
    return Split((1.5 * test.images).clamp(max=1), test.labels)


def rows_for_all(setting: Setting) -> tuple[Tensor, Tensor]:
    """`rows_with_gradient`, found once for everybody."""
    return setting.remember("rows with gradient", partial(rows_with_gradient, setting))


def rows_with_gradient(setting: Setting) -> tuple[Tensor, Tensor]:
    """The rows (n,) of test images with a large loss, and which of them to begin with."""
    test = lighter(setting.dataset.test)
    logits = metrics.predict(setting.victim.module, test.images)
    losses = F.cross_entropy(logits, test.labels, reduction="none")
    rows = (losses > 1e-4).nonzero().flatten()
    return rows, saved_by_the_range(setting, test[rows])


def saved_by_the_range(setting: Setting, test: Split) -> Tensor:
    """Which images (n,) to begin with: a dozen for each end of [0, 1], or fewer where fewer are.

    All of a dozen are right under the attack at one epsilon of the curve, and wrong where nothing
    holds the attack at that end.
    """
    module, images = setting.victim.module, test.images
    direction = loss_gradient(module, images, test.labels).sign()

    def right(epsilon: float, low: float, high: float) -> Tensor:
        attacked = (images + epsilon * direction).clamp(low, high)
        return metrics.predict(module, attacked).argmax(dim=1) == test.labels

    found = torch.zeros(len(images), dtype=torch.bool)
    for low, high in ((-math.inf, 1), (0, math.inf)):
        saved = [right(e, 0, 1) & ~right(e, low, high) for e in some_epsilons(setting)]
        most = max(saved, key=lambda each: int(each.sum()))
        found[most.nonzero().flatten()[:12]] = True
    return found


def some_epsilons(setting: Setting) -> list[float]:
    """Epsilons in any order: 0 and others, drawn near those of a usual curve.

    The smallest above 0 comes first: after a large one nothing would be right any more, and a curve
    whose steps add up could not be told from one that uses the first epsilon throughout.
    """
    scale = 0.8 + 0.4 * torch.rand(len(EPSILONS), generator=setting.generator("epsilons"))
    drawn = [round(e * s, 4) for e, s in zip(EPSILONS, scale.tolist(), strict=True)]
    chosen = torch.randperm(len(drawn), generator=setting.generator("order")).tolist()
    epsilons = [drawn[i] for i in chosen[: setting.drawn("number of epsilons", 6, len(drawn))]]
    smallest = epsilons.index(min(epsilon for epsilon in epsilons if epsilon > 0))
    epsilons[0], epsilons[smallest] = epsilons[smallest], epsilons[0]
    return epsilons
