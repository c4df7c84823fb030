"""The checks of x-patch, without points: one patch for every image.

There is one right way to apply a patch. A learnt patch is tried on new images, and compared with
patches that were not learnt: white, black, and a mosaic of both.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.judge.checking import (
    Crash,
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

LECTURE = "lectures/threat-models/"
graded_patch = graded_for("apply_patch", lecture=LECTURE)
graded_training = graded_for("train_patch", lecture=LECTURE)


make_ahead = train_victim


SIZE, WOBBLE, STEPS, IMAGES = 10, 2, 40, 128
# No plain patch is classified as a 3. The reference reaches more than twice this lead.
TARGET, AHEAD = 3, 0.15


def with_patch(patch: Tensor, images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The judge's images with the patch, at the place of each."""
    out, size = images.clone(), patch.shape[-1]
    for i in range(len(images)):
        out[i, :, rows[i] : rows[i] + size, columns[i] : columns[i] + size] = patch
    return out


def example(setting: Setting) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A patch that is nowhere constant, images, and places from corner to corner."""
    images = setting.test_images(6).images
    channels, height, width = images.shape[1:]
    patch = torch.rand(channels, 5, 5, generator=setting.generator("patch"))
    rows = torch.tensor([0, height - 5, 3, 7, 11, 2])
    columns = torch.tensor([0, width - 5, 8, 1, 4, 17])
    return patch, images, rows, columns


@graded_patch()
def test_patch_is_stuck_on(student: Student, setting: Setting) -> None:
    """apply_patch puts the patch at each image's own place, and changes no other pixel"""
    require(student, "apply_patch", "function")
    patch, images, rows, columns = example(setting)
    answer = student.call("apply_patch", patch, images.clone(), rows, columns)
    answer, wanted = require_images(answer, images), with_patch(patch, images, rows, columns)
    causes = {
        "rows and columns are exchanged": with_patch(patch, images, columns, rows),
        "every image gets the patch at the first one's place": with_patch(
            patch, images, rows[:1].expand(6), columns[:1].expand(6)
        ),
        "the patch is added to the image, not put in its place": images
        + with_patch(patch, torch.zeros_like(images), rows, columns),
        "the images come back unchanged": images,
    }
    expect(
        (answer - wanted).abs().max().item(),
        "pixels that differ from the right ones by",
        at_most=1e-6,
        cause=next(
            (why for why, other in causes.items() if torch.allclose(answer, other, atol=1e-5)), ""
        ),
        hint="Row and column are the patch's top left corner: image[:, r : r + s, c : c + s].",
    )


@graded_patch(needs="patch_is_stuck_on")
def test_patch_can_be_learnt_through(student: Student, setting: Setting) -> None:
    """Gradients reach the patch through apply_patch"""
    patch, images, rows, columns = example(setting)
    gradient: Any = student.gradient("apply_patch", patch, images, rows, columns)
    if not isinstance(gradient, Tensor) or gradient.shape != patch.shape:
        raise Wrong(
            f"a gradient of shape {tuple(patch.shape)}",
            kind(gradient),
            cause="the patch was detached, or turned into numbers",
        )
    expect(
        (gradient - len(images)).abs().max().item(),
        "a gradient that counts each image once, off by",
        at_most=1e-4,
        cause="the patch's own pixels are detached: `.data`, `.detach()` or `no_grad`",
        hint="Assign the patch itself into a clone of the images.",
    )


@graded_patch(needs="patch_is_stuck_on")
def test_patch_stays_inside(student: Student, setting: Setting) -> None:
    """A place outside the image is refused"""
    patch, images, rows, columns = example(setting)
    try:
        student.call("apply_patch", patch, images.clone(), rows, columns + 10)
    except Crash as fault:
        if "ValueError" in fault.got:
            return
        raise
    raise Wrong(
        "a ValueError for a patch that reaches beyond the image",
        "an answer",
        cause="a slice that ends outside the image is shortened without an error",
    )


# --- train_patch ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def learnt(student: Student, setting: Setting) -> Any:
    """The student's patch for the target, learnt from training images."""
    require(student, "train_patch", "function")
    train = setting.dataset.train.images[:IMAGES]
    ref = student.network(setting.victim)
    patch = student.call(
        "train_patch",
        ref,
        train.clone(),
        TARGET,
        SIZE,
        steps=STEPS,
        wobble=WOBBLE,
        seed=3,
        seconds=setting.limits.train_seconds,
    )
    return patch


@graded_training()
def test_trained_patch_is_a_patch(learnt: Any, setting: Setting) -> None:
    """train_patch returns one patch in [0, 1]"""
    channels = setting.dataset.image_shape[0]
    patch = require_images(learnt, torch.zeros(channels, SIZE, SIZE))
    expect_true(
        patch.min().item() >= 0 and patch.max().item() <= 1,
        "pixels in [0, 1]",
        f"pixels from {patch.min().item():.3f} to {patch.max().item():.3f}",
        cause="the patch is not clamped after its steps",
    )


@graded_training(needs="trained_patch_is_a_patch")
def test_trained_patch_works_on_new_images(
    learnt: Any, setting: Setting, measures: dict[str, float]
) -> None:
    """On new images it leads to the target far more often than a plain patch does"""
    patch: Tensor = learnt
    test = setting.test_images(400)
    images = test.images[test.labels != TARGET]
    generator = setting.generator("places")
    middle = (images.shape[-1] - SIZE) // 2
    rows, columns = middle + torch.randint(
        -WOBBLE, WOBBLE + 1, (2, len(images)), generator=generator
    )

    def reached(one: Tensor) -> float:
        logits = metrics.predict(setting.victim.module, with_patch(one, images, rows, columns))
        return (logits.argmax(dim=1) == TARGET).float().mean().item()

    mosaic = torch.rand(patch.shape, generator=generator).round()
    plain = max(map(reached, (torch.ones_like(patch), torch.zeros_like(patch), mosaic)))
    share = reached(patch)
    measures.update(reached=share, plain=plain)
    away = "it leads away from the target: go down its loss" if share <= plain / 2 else ""
    expect(
        share - plain,
        "a lead over the best plain patch, as a share of the images, of",
        at_least=AHEAD,
        cause=away or "the patch was learnt at one place only, or hardly learnt at all",
        hint="Go down the cross-entropy to the target, with new places in every step.",
    )


@graded_training(needs="trained_patch_is_a_patch")
def test_trained_patch_is_seeded(student: Student, setting: Setting) -> None:
    """The same seed gives the same patch"""
    train = setting.dataset.train.images[:16]
    patches = [
        student.call(
            "train_patch",
            student.network(setting.victim),
            train.clone(),
            0,
            SIZE,
            steps=3,
            seed=5,
            global_seed=call,
        )
        for call in (1, 2)
    ]
    first, second = (require_images(patch, torch.zeros(patches[0].shape)) for patch in patches)
    expect_true(
        torch.equal(first, second),
        "one patch for one seed",
        "two",
        cause="the places are drawn from the global random state",
        hint="torch.Generator().manual_seed(seed), and generator=... in every draw.",
    )
