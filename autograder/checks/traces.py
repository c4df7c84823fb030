"""Side effects that an attack must not have, on the network or on the images."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from autograder.judge.checking import (
    Ref,
    Setting,
    Split,
    Student,
    expect_true,
    require_images,
    same_weights,
)


def leaves_no_trace(student: Student, setting: Setting, name: str, **options: Any) -> None:
    """Raise Wrong if the student's attack `name` changes the network or the images that it gets.

    options: further arguments, after model, images, labels and epsilon. With an epsilon of 0 the
    attack must return the images unchanged.
    """
    test = setting.test_images(8)
    keeps_evaluation_mode(student, setting, name, test, **options)
    ref = student.network(setting.victim, training=True)
    before, weights = student.traces(ref), student.weights(ref)
    student.call(name, ref, test.images, test.labels, 0.1, **options)
    after = student.traces(ref)
    expect_true(
        after.get("gradients") == before.get("gradients"),
        "no gradients left on the weights",
        f"{after.get('gradients')} weights with a gradient",
        cause="loss.backward() fills the gradients of the weights too",
        hint="torch.autograd.grad(loss, images) asks for the images' gradient alone.",
    )
    expect_true(
        after.get("training") == before.get("training"),
        "every layer in the mode it was in",
        "another mode",
        cause="model.eval() or model.train() was called, and the old mode was not restored",
        hint="Restore the mode that each module had before.",
    )
    expect_true(
        after["frozen"] == before["frozen"] and same_weights(student.weights(ref), weights),
        "weights that are as they were, and can be trained as before",
        "weights that were frozen or changed",
        cause="requires_grad_(False) was called on the weights and not taken back, or they were "
        "written to",
        hint="Leave the weights alone: torch.autograd.grad(loss, images) does not touch them.",
    )
    expect_true(
        after["recording"] is True,
        "gradients switched on or off as they were before the call",
        "the other way round",
        cause="torch.set_grad_enabled(...) was called, which stays in force after your function",
        hint="Switch gradients in a `with` block, which ends by itself: `with torch.no_grad():`.",
    )
    untouched(student, name, ref, test, **options)


def keeps_evaluation_mode(
    student: Student, setting: Setting, name: str, test: Split, **options: Any
) -> None:
    """Raise Wrong if an attack leaves a network in training mode that came in evaluation mode."""
    ref = student.network(setting.victim)
    before = student.traces(ref)
    student.call(name, ref, test.images, test.labels, 0.1, **options)
    expect_true(
        student.traces(ref).get("training") == before.get("training"),
        "evaluation mode, in which the network came",
        "training mode",
        cause="model.train() is called at the end, whatever the mode was before",
        hint="Restore the mode that each module had before.",
    )


def untouched(student: Student, name: str, ref: Ref, test: Split, **options: Any) -> None:
    """Raise Wrong if an attack writes into the images that it gets.

    The student's process holds copies of the judge's images, so the judge cannot see a change
    directly. It stores images there, by an attack with epsilon 0, attacks them, and reads them back
    by another attack with epsilon 0.
    """
    images = student.make(name, ref, test.images, test.labels, 0.0, **options)
    attack = partial(student.call, name, ref, images, test.labels, **options)
    expect_true(
        student.attribute(images, "requires_grad") is not True,
        "a result that is detached",
        "a tensor that records what is computed from it",
        cause="it is still attached to the graph that it was computed in",
        hint="Return the attacked images detached: .detach().",
    )
    before = attack(0.0)
    attack(0.1)
    expect_true(
        student.attribute(images, "requires_grad") is not True,
        "the images that were given, as they were",
        "images that record what is computed from them",
        cause="requires_grad_() was called on the images themselves, not on a copy",
        hint="Attack a copy: images.detach().clone().",
    )
    after = attack(0.0)
    expect_true(
        torch.equal(require_images(before, test.images), require_images(after, test.images)),
        "the images that were given, as they were",
        "other images after the attack",
        cause="the images were changed in place, by `+=` or a method whose name ends in _",
        hint="Attack a copy: images.detach().clone().",
    )
