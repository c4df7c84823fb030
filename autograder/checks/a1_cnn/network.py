"""What the checks of a1-cnn ask of `CNN`: a network for the profile's images, and its answers."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.errors import Crash, NotWritten, StudentFault
from autograder.judge.checking import Ref, Setting, Student

USUAL = (1, 28)  # channels and side of the images that `CNN()` is for


@dataclass
class Built:
    """The student's network: its weights, and its logits for some images."""

    images: Tensor
    weights: list[Tensor]
    logits: object
    few: object
    again: object
    in_eval_mode: object


def build(student: Student, setting: Setting) -> Built:
    """A network made by the student's class: its logits for 9 images, for 1, and for the 9 again in
    train mode (the mode of a new network), then in eval mode.
    """
    images = setting.test_images(9).images
    ref, logits = first_logits(student, images)
    few = student.apply(ref, images[:1])
    again = student.call("@" + ref.name, images, global_seed=2)
    student.mode(ref, training=False)
    return Built(
        images, distinct(student.weights(ref)), logits, few, again, student.apply(ref, images)
    )


def first_logits(student: Student, images: Tensor) -> tuple[Ref, object]:
    """A new network, `CNN()` or one for images of another shape, and its logits for the images."""
    channels, side = images.shape[1:3]
    sizes = () if (channels, side) == USUAL else (channels, side)
    try:
        ref = student.make("CNN", *sizes)
        return ref, student.apply(ref, images)
    except Crash as fault:
        if sizes and not isinstance(fault, NotWritten) and is_for_usual_images(student):
            fault.expected = f"CNN({channels}, {side}) to take images of {channels}x{side}x{side}"
            fault.cause = "its sizes are fixed: it is for images of 1x28x28 only"
            fault.hint = "Compute them from `channels` and `side`, as the text above the cell does."
        raise


def is_for_usual_images(student: Student) -> bool:
    """Whether `CNN()` takes images of 1x28x28."""
    with contextlib.suppress(StudentFault):
        channels, side = USUAL
        student.apply(student.make("CNN"), torch.zeros(1, channels, side, side))
        return True
    return False


def distinct(weights: list[Tensor]) -> list[Tensor]:
    """Each tensor once: a layer that has two names in a module is listed under both."""
    return [w for i, w in enumerate(weights) if not any(torch.equal(w, v) for v in weights[:i])]
