"""Side effects that a monitor must not have: on the network that it watches, on other monitors, and
after its block.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from autograder.checks.a2_hooks import mistakes
from autograder.checks.a2_hooks.observations import (
    Observation,
    Stats,
    comparable,
    renamed,
    require_numbers_of,
    same,
    some_images,
    stats_of,
)
from autograder.judge.checking import Crash, Network, Ref, Setting, Student, Wrong, expect_true
from course.metrics import predict

# A block can end with these too: the user stops the cell, or a generator around it is closed.
OTHER_ERRORS = ("RuntimeError", "KeyboardInterrupt", "GeneratorExit", "SystemExit")

# --- blocks --------------------------------------------------------------------------------------


def stays_after_the_block(
    student: Student, ref: Ref, monitor: Ref, given: Ref, others: Tensor
) -> None:
    """Raise Wrong if `stats` changes or disappears when the network runs after the block."""
    before = comparable(stats_of(student, monitor, given))
    expect_true(
        bool(before),
        "`stats` still there after the block",
        "an empty one",
        cause=mistakes.EMPTIED,
        hint=mistakes.NEXT_STEP[mistakes.EMPTIED],
    )
    student.apply(ref, others)
    expect_true(
        comparable(stats_of(student, monitor, given)) == before,
        "the same `stats` whatever the network does after the block",
        "others after it has run again",
        cause="the hooks are still on the network",
        hint="`register_forward_hook` returns a handle: keep it, and call its `.remove()` in "
        "`__exit__`.",
    )


def ends_with_an_error(
    student: Student, network: Network, images: Tensor, others: Tensor, error: str
) -> None:
    """Raise Wrong unless a block that an error ends lets it go on, and records nothing more.

    error: the name of one of Python's own errors.
    """
    ref = student.network(network)
    monitor = student.make("ActivationMonitor", ref)
    given = student.enter(monitor)
    student.apply(ref, images)
    expect_true(
        not student.leave(monitor, failed=error),
        "an error in the block to be raised again after it",
        "no error after the block",
        cause="`__exit__` returns a true value, which suppresses the error",
        hint="Let `__exit__` return nothing (no `return`).",
    )
    stays_after_the_block(student, ref, monitor, given, others)


def begins_afresh(student: Student, monitor: Ref) -> None:
    """Raise Wrong unless a second block of one monitor begins with empty `stats`."""
    given = student.enter(monitor)
    expect_true(
        not stats_of(student, monitor, given),
        "an empty `stats` when a second block begins",
        "what the block before it recorded",
        cause="`stats` is not emptied when the block begins",
        hint="Set `self.stats = {}` in `__enter__`.",
    )
    student.leave(monitor)


def monitors_are_independent(
    student: Student, network: Network, images: Tensor, later: Tensor
) -> None:
    """Raise Wrong if two monitors of one network, one inside the other, disturb each other, or a
    monitor cannot be used for a second block.
    """
    ref = student.network(network)
    first, second = (student.make("ActivationMonitor", ref) for _ in range(2))
    outer = student.enter(first)
    student.enter(second)
    student.leave(second)
    student.apply(ref, images)
    student.leave(first)
    records(network, images, stats_of(student, first, outer), mistakes.TAKEN_OFF)
    again = student.enter(second)
    student.apply(ref, later)
    student.leave(second)
    records(network, images, stats_of(student, first, outer), mistakes.STILL_ON)
    records(network, later, stats_of(student, second, again), mistakes.NOT_AGAIN)
    begins_afresh(student, second)


def records(network: Network, images: Tensor, stats: Stats, cause: str) -> None:
    """Raise Wrong unless these are the statistics of the network on `images`."""
    if not stats:
        hint = mistakes.NEXT_STEP[cause]
        raise Wrong("statistics of the layers that ran", "an empty `stats`", cause=cause, hint=hint)
    require_numbers_of(
        Observation(mistakes.run(network.module, images), stats), mistakes.NUMBERS, cause=cause
    )


# --- the network ---------------------------------------------------------------------------------


def answers_as_unwatched(student: Student, setting: Setting) -> None:
    """Raise Wrong if the network's logits are others because it is watched.

    It is in train mode, where the output of a batch normalisation shows its mode.
    """
    network, images = renamed(setting, "small-resnet"), some_images(setting, "images in train mode")
    own = network.with_weights(network.weights).module.train()
    layers = mistakes.run(own, images)
    ref = student.network(network, training=True)
    monitor = student.make("ActivationMonitor", ref)
    student.enter(monitor)
    logits = student.apply(ref, images)
    student.leave(monitor)
    in_eval_mode = predict(network.with_weights(network.weights).module, images)
    cause = mistakes.EVAL_MODE if same(logits, in_eval_mode) else mistakes.REPLACED
    expect_true(
        same(logits, layers[""].outputs[-1]),
        "the logits that the network gives without a monitor",
        "other logits in the block",
        cause=cause,
        hint=mistakes.NEXT_STEP[cause],
    )


def learns_as_unwatched(student: Student, setting: Setting) -> None:
    """Raise Wrong if gradients do not reach images and weights, in the block or after it.

    The judge compares them with its own gradients, and so need not trust the student's process.
    """
    network, images = renamed(setting, "tiny-cnn"), some_images(setting, "images to learn from", 5)
    own = network.with_weights(network.weights).module.train()
    with torch.enable_grad():  # in a notebook, the student's code may have switched them off
        leaf = images.clone().requires_grad_()
        right = torch.autograd.grad(own(leaf).sum(), [leaf, *own.parameters()])
    ref = student.network(network, training=True)
    monitor = student.make("ActivationMonitor", ref)
    student.enter(monitor)
    within = gradients(student, ref, images)
    student.leave(monitor)
    after = gradients(student, ref, images)
    cause = mistakes.CUT if alike(after, right) else mistakes.SWITCHED_OFF
    expect_true(
        alike(within, right) and alike(after, right),
        "the gradients that the network has without a monitor",
        f"{'others' if within or after else 'none'} in the block"
        + ("" if alike(after, right) else ", and after it"),
        cause=cause,
        hint=mistakes.NEXT_STEP[cause],
    )


def gradients(student: Student, ref: Ref, images: Tensor) -> list[Tensor]:
    """The gradients by images and weights; an empty list if PyTorch has recorded none."""
    try:
        return student.gradients(ref, images)
    except Crash as fault:
        if not fault.outside:
            raise
        return []


def alike(found: Sequence[Tensor], right: Sequence[Tensor]) -> bool:
    """Whether these are the same gradients, up to rounding."""
    return len(found) == len(right) and all(map(same, found, right))
