"""The checks of x-targeted, without points: attacks towards a chosen class.

A step towards a target has one right result, which the judge computes itself. The rest is measured
on the judge's trained network.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.checks.traces import leaves_no_trace
from autograder.judge.checking import (
    Setting,
    Student,
    Wrong,
    expect,
    expect_true,
    graded_for,
    kind,
    metrics,
    require,
    require_images,
    train_victim,
)
from autograder.judge.robustness import cross_entropy, pgd

LECTURE = "lectures/threat-models/"
graded_targeted = graded_for("targeted_pgd", lecture=LECTURE)
graded_least_likely = graded_for("least_likely", lecture=LECTURE)


MADE_WHOLE = True
make_ahead = train_victim


IMAGES = 96
TOLERANCE = 1e-6


@dataclass
class Towards:
    """The student's results of one step and of twenty, towards targets that are all wrong."""

    images: Tensor
    targets: Tensor
    gradient: Tensor  # of the cross-entropy to the target, at the images
    epsilon: float
    one: object
    many: object


@pytest.fixture(scope="module")
def towards(student: Student, setting: Setting) -> Towards:
    """The student's attack on the trained network, one step and twenty."""
    require(student, "targeted_pgd", "function")
    images, epsilon = setting.test_images(IMAGES).images, setting.budget.epsilon
    model = setting.victim.module
    targets = (metrics.predict(model, images).argmax(dim=1) + 3) % setting.dataset.num_classes
    leaf = images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(cross_entropy(model(leaf), targets).sum(), leaf)

    def attacked(step_size: float, steps: int) -> object:
        network = student.network(setting.victim)
        given = images.clone(), targets.clone(), epsilon
        return student.call("targeted_pgd", network, *given, step_size=step_size, steps=steps)

    one, many = attacked(epsilon, 1), attacked(epsilon / 4, 20)
    return Towards(images, targets, gradient, epsilon, one, many)


def judges_attack(model: nn.Module, towards: Towards) -> Tensor:
    """The judge's own twenty steps towards the targets."""

    def reached(logits: Tensor, targets: Tensor) -> Tensor:
        return -cross_entropy(logits, targets)

    epsilon = towards.epsilon
    given = towards.images, towards.targets, epsilon
    return pgd(model, *given, size=epsilon / 4, steps=20, loss=reached)


@graded_targeted()
def test_targeted_returns_images(towards: Towards) -> None:
    """targeted_pgd returns images like those it was given"""
    require_images(towards.one, towards.images)
    require_images(towards.many, towards.images)


@graded_targeted(needs="targeted_returns_images")
def test_targeted_keeps_to_the_budget(towards: Towards) -> None:
    """The result is in [0, 1] and within epsilon of the images"""
    many = require_images(towards.many, towards.images)
    expect_true(
        many.min().item() >= 0 and many.max().item() <= 1,
        "pixels in [0, 1]",
        f"pixels from {many.min().item():.4f} to {many.max().item():.4f}",
        cause="the result is not clamped",
    )
    expect(
        (many - towards.images).abs().max().item(),
        "a largest move of",
        at_most=towards.epsilon + TOLERANCE,
        cause="the steps add up: the projection is around the last point, not the original image",
    )


@graded_targeted(needs="targeted_returns_images")
def test_targeted_steps_towards_the_target(towards: Towards) -> None:
    """One step lowers the loss of the target, in every pixel"""
    one = require_images(towards.one, towards.images)
    free = towards.gradient.abs() > 1e-6
    moved = (one - towards.images)[free]
    towards_it = (moved.sign() == -towards.gradient[free].sign())[moved != 0]
    share = towards_it.float().mean().item() if len(towards_it) else 0.5
    away = "the loss of the target is raised: for a target, the step goes down"
    other = "the gradient is not that of the loss of the targets, or there is a random start"
    expect(
        share,
        "a share of moved pixels that go down the target's loss of",
        at_least=0.99,
        cause=away if share < 0.1 else other,
        hint="Keep the loop of PGD and turn one sign.",
    )
    wanted = (towards.images - towards.epsilon * towards.gradient.sign()).clamp(0, 1)
    expect(
        ((one - wanted).abs() > 1e-4)[free].float().mean().item(),
        "a share of pixels elsewhere than x - epsilon * sign(g), clamped, of",
        at_most=0.02,
        cause="the step is not step_size",
    )


@graded_targeted(needs="targeted_steps_towards_the_target")
def test_targeted_looks_again(
    towards: Towards, setting: Setting, measures: dict[str, float]
) -> None:
    """Twenty steps get nearer to the target than one"""
    model = setting.victim.module

    def of(images: Tensor) -> tuple[float, float]:
        logits = metrics.predict(model, images)
        near = F.cross_entropy(logits, towards.targets).item()
        return near, (logits.argmax(dim=1) == towards.targets).float().mean().item()

    one, reached_by_one = of(require_images(towards.one, towards.images))
    many, reached = of(require_images(towards.many, towards.images))
    measures.update(reached_by_one=reached_by_one, reached=reached)
    # How much further many steps get than one differs from network to network: 1.07 to 1.5 times.
    judges, _ = of(judges_attack(model, towards))
    expect(
        (one - many) / (one - judges),
        "a further decrease of the target's loss after one step, as a share of the judge's, of",
        at_least=0.5,
        cause="every step uses the gradient at the original images",
        hint="Compute the gradient at the point that the last step reached.",
    )


@graded_targeted(needs="targeted_returns_images")
def test_targeted_leaves_no_trace(student: Student, setting: Setting) -> None:
    """The network, its gradients and the images are as before"""
    leaves_no_trace(student, setting, "targeted_pgd", step_size=0.05, steps=2)


@graded_least_likely()
def test_least_likely_is_the_smallest_logit(student: Student, setting: Setting) -> None:
    """least_likely names for each image the class with the smallest logit"""
    require(student, "least_likely", "function")
    images = setting.test_images(IMAGES).images
    logits = metrics.predict(setting.victim.module, images)
    answer = student.call("least_likely", student.network(setting.victim), images.clone())
    if not isinstance(answer, Tensor) or answer.shape != logits.shape[:1]:
        shape = f", shape {tuple(answer.shape)}" if isinstance(answer, Tensor) else ""
        raise Wrong(f"{len(images)} classes, one for each image", f"{kind(answer)}{shape}")
    causes = {
        "that is the likeliest class": logits.argmax(dim=1),
        "that is the second likeliest class": logits.topk(2).indices[:, 1],
        "the size of the logits is compared, without their sign": logits.abs().argmin(dim=1),
    }
    same = (answer == logits.argmin(dim=1)).float().mean().item()
    expect(
        same,
        "a share of images with the least likely class of",
        at_least=1.0,
        cause=next((why for why, other in causes.items() if torch.equal(answer, other)), ""),
        hint="One row of logits for each image: look along the classes, dim=1.",
    )
