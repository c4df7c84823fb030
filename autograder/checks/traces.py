"""What an attack must leave as it found it: the network, its gradients and modes, the images."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from autograder.judge.checking import (
    Ref,
    Setting,
    Split,
    Student,
    StudentFault,
    Wrong,
    expect_true,
    require_images,
)


def leaves_no_trace(student: Student, setting: Setting, name: str, **options: Any) -> None:
    """Raise Wrong where the student's attack `name` changes the network or the images it gets.

    options: what the attack takes beside model, images, labels and epsilon; with an epsilon of 0
    it must return the images as they are.
    """
    test = setting.test_images(8)
    ref = student.network(setting.victim, training=True)
    before = student.traces(ref)
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
        cause="model.eval() or model.train() was called, and the mode not put back",
        hint="Put the mode back that you found, for every module.",
    )
    untouched(student, name, ref, test, **options)


def untouched(student: Student, name: str, ref: Ref, test: Split, **options: Any) -> None:
    """Raise Wrong where an attack writes into the images that it is given.

    The judge's own images are out of reach. So it leaves some on the student's side, made by an
    attack of epsilon 0, attacks them, and has them shown by another attack of epsilon 0.
    """
    images = student.make(name, ref, test.images, test.labels, 0.0, **options)
    attack = partial(student.call, name, ref, images, test.labels, **options)
    try:
        before = attack(0.0)
    except StudentFault as fault:
        raise Wrong(
            "an attack on images that an attack returned",
            fault.got,
            cause="they are still attached to the graph that they were computed in",
            hint="Return the attacked images detached: .detach().",
        ) from fault
    attack(0.1)
    after = attack(0.0)
    expect_true(
        torch.equal(require_images(before, test.images), require_images(after, test.images)),
        "the images that were given, as they were",
        "other images after the attack",
        cause="the images were changed in place, by `+=` or a method whose name ends in _",
        hint="Attack a copy: images.detach().clone().",
    )
