"""Checks of a random start: is it uniform, drawn from the generator, and left by steps?"""

from __future__ import annotations

from collections.abc import Callable

import torch

from autograder.checks.a4_pgd import mistakes
from autograder.checks.a4_pgd.pgd_runs import PgdRun, random_start_from
from autograder.judge.checking import Split, Student, expect_true, require_images

NOISE = "images + uniform noise in [-epsilon, epsilon] from the generator, then clamp."


def is_uniform(start: PgdRun, *, cause: str = "", hint: str) -> None:
    """Raise Wrong unless each pixel starts anywhere within epsilon, independently."""
    require_images(start.adversarial, start.images)
    uneven = mistakes.not_uniform(start)
    expect_true(
        not uneven,
        "a start anywhere within epsilon, drawn for each pixel",
        mistakes.spread(start),
        cause=cause or uneven,
        hint=hint,
    )


def draws_from_the_generator(student: Student, start: Callable[..., PgdRun], first: PgdRun) -> None:
    """Raise Wrong unless the start depends on the generator alone.

    first: the start from a generator of seed 1.
    """
    again = start(options=random_start_from(student, 1), global_seed=2)
    source = random_start_from(student, 2)
    other, following = (start(options=source) for _ in range(2))
    expect_true(
        not moved(first, again),
        "the same start from the same generator",
        "another start",
        cause="the noise is drawn without the generator",
        hint="Hand the generator to what draws the noise: `generator=generator`.",
    )
    expect_true(
        moved(first, other),
        "another start from another generator",
        "the same start",
        cause="the generator is seeded anew in the function, or there is no random start",
        hint="Draw from the generator as it comes; do not seed it.",
    )
    expect_true(
        moved(other, following),
        "another start each time, from one generator",
        "the same start twice",
        cause="the generator's state does not change: it is seeded anew, or a copy is used",
        hint="Draw from the generator as it comes; restarts would all be alike.",
    )


def draws_where_nothing_is_said(start: Callable[..., PgdRun]) -> None:
    """Raise Wrong unless the default is a random start, from PyTorch's own generator."""
    unasked, later = (start(global_seed=seed) for seed in (1, 2))
    promise = "where it is left out, the signature promises `random_start: bool = True`"
    is_uniform(unasked, cause=promise, hint="Keep the defaults of the stub's signature.")
    expect_true(
        moved(unasked, later),
        "another start each time, from PyTorch's own generator",
        "the same start twice",
        cause="without a generator the noise is drawn with a fixed seed: restarts are all alike",
        hint="`generator=None` is PyTorch's own generator: hand it on as it is.",
    )


def steps_from_the_start(student: Student, step: Callable[..., PgdRun], first: PgdRun) -> None:
    """Raise Wrong if one step moves images, but not after a random start.

    first: a start from a generator of seed 1.
    """
    stepped = step(Split(first.images, first.labels), options=random_start_from(student, 1))
    alone = step(Split(first.adversarial, first.labels), options={"random_start": False})
    expect_true(
        moved(first, stepped) or not moved(first, alone),
        "a start, and one step from it where `steps` is 1",
        "the start itself",
        cause="the start is counted as a step",
        hint="Take all the `steps` from the random start, each of `step_size`.",
    )


def moved(start: PgdRun, run: PgdRun) -> bool:
    """Whether a run ended at other images than those of a start."""
    return not torch.equal(require_images(run.adversarial, start.images), start.adversarial)
