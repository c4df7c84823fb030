"""Runs of PGD without a random start: the student's, and the judge's own with known mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from autograder.checks.attacked import CLOSE_ENOUGH, Trial
from autograder.judge.checking import Network, Ref, Split, Student, metrics
from autograder.judge.robustness import Loss, bounded, cross_entropy


@dataclass
class PgdRun(Trial):
    """One call of the student's `pgd`: a trial with its step size, number of steps and loss."""

    step_size: float
    steps: int
    loss: Loss = cross_entropy

    @cached_property
    def expected(self) -> Tensor:
        """The right result, without a random start."""
        return judge_pgd(self)

    @cached_property
    def stray(self) -> float:
        """The share of pixels that differ from the right result, after both are put in bounds."""
        inside = bounded(self.images, self.adversarial, self.epsilon)
        return (inside - self.expected).abs().gt(CLOSE_ENOUGH).float().mean().item()


def run_pgd(
    student: Student,
    network: Network,
    test: Split,
    epsilon: float,
    *,
    step_size: float,
    steps: int,
    options: dict[str, Any] | None = None,
    global_seed: int = 1,
    training: bool = False,
    ref: Ref | None = None,
) -> PgdRun:
    """Let the student attack a fresh copy of `network`, or the copy `ref`, from the images unless
    `options` differ."""
    options = {"random_start": False} if options is None else options
    answer = student.call(
        "pgd",
        ref or student.network(network, training=training),
        test.images.clone(),
        test.labels.clone(),
        epsilon,
        global_seed=global_seed,
        step_size=step_size,
        steps=steps,
        **options,
    )
    return PgdRun(network, test.images, test.labels, epsilon, answer, step_size, steps)


def random_start_from(student: Student, seed: int) -> dict[str, Any]:
    """The options for a random start from a generator of this seed."""
    return {"random_start": True, "generator": student.generator(seed)}


def judge_pgd(
    trial: PgdRun,
    *,
    loss: Loss | None = None,
    step_size: float | None = None,
    steps: int | None = None,
    bound: float | None = None,
    direction: Callable[[Tensor], Tensor] = torch.sign,
    momentum: float = 0.0,
    weighted: bool = False,
    gradient_at: str = "present",
    projected: str = "each",
    moving: str = "all",
) -> Tensor:
    """The result of PGD without a random start; every option makes a known mistake.

    loss, step_size, steps: other values than the student was given. bound: another epsilon.
    direction: what makes a step of a gradient. momentum: the share of the earlier gradients that is
    added, each divided by its size if `weighted`. gradient_at: the "present" point or the "clean"
    images. projected: "each" step is brought back within epsilon and [0, 1]; "late" leaves [0, 1]
    to the end, and "end" leaves epsilon to the end. moving: "all" images, or only those that are
    still "right".
    """
    loss = loss or trial.loss
    size = trial.step_size if step_size is None else step_size
    bound = trial.epsilon if bound is None else bound
    x, gathered = trial.images, torch.zeros_like(trial.images)
    with metrics.evaluating(trial.network.module), torch.enable_grad():
        for _ in range(trial.steps if steps is None else steps):
            at = (trial.images if gradient_at == "clean" else x).detach().clone().requires_grad_()
            logits = trial.network.module(at)
            (gradient,) = torch.autograd.grad(loss(logits, trial.labels).sum(), at)
            if weighted:
                gradient = gradient / gradient.abs().sum((1, 2, 3), keepdim=True).clamp(min=1e-30)
            gathered = momentum * gathered + gradient
            if moving == "right":
                gathered[logits.argmax(dim=1) != trial.labels] = 0
            x = x + size * direction(gathered)
            if projected == "late":
                x = trial.images + (x - trial.images).clamp(-bound, bound)
            else:
                x = bounded(trial.images, x, bound if projected == "each" else 1.0)
    return bounded(trial.images, x, bound)


def per_image(gradient: Tensor) -> Tensor:
    """The gradient divided by its largest part in each image."""
    return gradient / gradient.abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-12)
