"""One run of a student's PGD, step by step, as the checks of assignment 4 look at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from autograder.checks.attacked import CLOSE_ENOUGH, Trial
from autograder.judge.checking import Network, Split, Student, metrics
from autograder.judge.robustness import Loss, bounded, cross_entropy


@dataclass
class Walk(Trial):
    """One call of the student's `pgd`: a trial with its step size, number of steps and loss."""

    step_size: float
    steps: int
    loss: Loss = cross_entropy

    @cached_property
    def expected(self) -> Tensor:
        """What the reference returns, without a random start."""
        return walked(self)

    @cached_property
    def stray(self) -> float:
        """The share of pixels that are elsewhere than the reference's, both in bounds."""
        kept = bounded(self.images, self.adversarial, self.epsilon)
        return (kept - self.expected).abs().gt(CLOSE_ENOUGH).float().mean().item()


def walk(
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
) -> Walk:
    """Let the student attack a fresh copy of `network`, from the images unless `options` differ."""
    options = {"random_start": False} if options is None else options
    answer = student.call(
        "pgd",
        student.network(network, training=training),
        test.images.clone(),
        test.labels.clone(),
        epsilon,
        global_seed=global_seed,
        step_size=step_size,
        steps=steps,
        **options,
    )
    return Walk(network, test.images, test.labels, epsilon, answer, step_size, steps)


def seeded(student: Student, seed: int) -> dict[str, Any]:
    """The options for a random start from a generator of this seed."""
    return {"random_start": True, "generator": student.generator(seed)}


def walked(
    trial: Walk,
    *,
    loss: Loss | None = None,
    step_size: float | None = None,
    steps: int | None = None,
    reach: float | None = None,
    slope: Callable[[Tensor], Tensor] = torch.sign,
    memory: float = 0.0,
    looks: str = "present",
    held: str = "each",
    moves: str = "all",
) -> Tensor:
    """Where PGD without a random start leads; every option is a way to go astray.

    memory: how much of the gradients before is added; looks: at the "present" point or at the
    "clean" images; held: within the budget in "each" step, in each but within [0, 1] only "late",
    or in [0, 1] in each and within epsilon only at the "end"; moves: "all" images or those still
    "right".
    """
    loss = loss or trial.loss
    size = trial.step_size if step_size is None else step_size
    reach = trial.epsilon if reach is None else reach
    x, gathered = trial.images, torch.zeros_like(trial.images)
    with metrics.evaluating(trial.network.module), torch.enable_grad():
        for _ in range(trial.steps if steps is None else steps):
            at = (trial.images if looks == "clean" else x).detach().clone().requires_grad_()
            logits = trial.network.module(at)
            (gradient,) = torch.autograd.grad(loss(logits, trial.labels).sum(), at)
            gathered = memory * gathered + gradient
            if moves == "right":
                gathered[logits.argmax(dim=1) != trial.labels] = 0
            x = x + size * slope(gathered)
            if held == "late":
                x = trial.images + (x - trial.images).clamp(-reach, reach)
            else:
                x = bounded(trial.images, x, reach if held == "each" else 1.0)
    return bounded(trial.images, x, reach)


def per_image(gradient: Tensor) -> Tensor:
    """The gradient divided by its largest part in each image."""
    return gradient / gradient.abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-12)
