"""The checks of x-patch, without points: one patch for every image, and a sticker in photographs.

There is one right way to apply a patch, and one to photograph a sticker. What was learnt is tried
on new images, and compared with what was not learnt: white, black, and a mosaic of both.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.checks.extensions.photographs import (
    HALF,
    gradient_at_grey,
    photograph_example,
    photographed,
    views_of,
)
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
from course.signs.sticker import views

LECTURE, PHYSICAL = "lectures/threat-models/", "lectures/beyond-digits/"
graded_patch = graded_for("apply_patch", lecture=LECTURE)
graded_training = graded_for("train_patch", lecture=LECTURE)
graded_photograph = graded_for("photograph", lecture=PHYSICAL)
graded_sticker = graded_for("train_sticker", lecture=PHYSICAL)


MADE_WHOLE = True
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


# --- photograph ----------------------------------------------------------------------------------


@graded_photograph()
def test_sticker_is_photographed(student: Student, setting: Setting) -> None:
    """photograph shows the sticker from each image's view and in its light"""
    require(student, "photograph", "function")
    sticker, images, maps, lights = photograph_example(setting)
    answer = student.call("photograph", sticker, images.clone(), maps, lights, HALF)
    answer = require_images(answer, images)

    def close(other: Tensor) -> float:
        """The largest difference, but for a few pixels where an edge of the sticker may round."""
        return (answer - other).abs().flatten().kthvalue(int(0.998 * answer.numel())).values.item()

    flat = torch.cat([maps[:, :2], torch.tensor([[[0.0, 0, 1]]]).expand(len(maps), 1, 3)], dim=1)
    first = maps[:1].expand_as(maps), lights[:1].expand_as(lights)
    wrong = {
        "the images come back unchanged": images,
        "the light is left out": photographed(sticker, images, maps, torch.ones_like(lights), HALF),
        "the light brightens the rest of the image too": (
            photographed(sticker, images, maps, torch.ones_like(lights), HALF)
            * lights[:, :, None, None]
        ).clamp(0, 1),
        "the map is taken the wrong way round, from the sticker to the image": photographed(
            sticker, images, torch.linalg.inv(maps), lights, HALF
        ),
        "row and column of a pixel are exchanged: u goes to the right": photographed(
            sticker, images, maps[:, :, [1, 0, 2]], lights, HALF
        ),
        "the division by the third coordinate is missing": photographed(
            sticker, images, flat, lights, HALF
        ),
        "every image is seen from the first one's view": photographed(
            sticker, images, *first, HALF
        ),
        "the corners of the grid are taken for middles of dots: align_corners": photographed(
            sticker, images, maps, lights, HALF, corners=True
        ),
        "the nearest dot is taken: interpolate between dots": photographed(
            sticker, images, maps, lights, HALF, mode="nearest"
        ),
    }
    cause = next((why for why, other in wrong.items() if close(other) < 1e-4), "")
    if answer.max().item() > 1 + 1e-6:
        cause = "colour times light is not cut off at 1"
    expect(
        close(photographed(sticker, images, maps, lights, HALF)),
        "pixels that differ from the right ones by",
        at_most=1e-4,
        cause=cause,
        hint="The middle of pixel j is at (2 j + 1) / W - 1. Print the place of one pixel.",
    )


@graded_photograph(needs="sticker_is_photographed")
def test_photograph_can_be_learnt_through(student: Student, setting: Setting) -> None:
    """Gradients reach the sticker through photograph"""
    sticker, images, maps, lights = photograph_example(setting)
    gradient: Any = student.gradient("photograph", sticker, images, maps, lights, HALF)
    if not isinstance(gradient, Tensor) or gradient.shape != sticker.shape:
        raise Wrong(
            f"a gradient of shape {tuple(sticker.shape)}",
            kind(gradient),
            cause="the sticker was detached, or turned into numbers",
        )
    dots = sticker.clone().requires_grad_()
    (wanted,) = torch.autograd.grad(photographed(dots, images, maps, lights, HALF).sum(), dots)
    agree = (gradient - wanted).abs() <= 1e-3 * wanted.abs().max()
    expect(
        agree.float().mean().item(),
        "a share of dots with the right gradient of",
        at_least=0.9,
        cause="a step in between cuts the gradient: `.data`, `.detach()` or `no_grad`",
        hint="grid_sample passes gradients to the picture that it reads.",
    )


# --- train_sticker -------------------------------------------------------------------------------

VIEWS, PHOTO_STEPS, PHOTO_DOTS = 64, 30, 8
# The reference leads by more than twice this over plain stickers, which reach 0.1 on digits.
PHOTO_AHEAD = 0.2


def sticker_of(
    student: Student, setting: Setting, images: Tensor, seen: tuple[Tensor, Tensor], steps: int
) -> Any:
    """The student's sticker for the target."""
    require(student, "train_sticker", "function")
    return student.call(
        "train_sticker",
        student.network(setting.victim),
        images.clone(),
        *seen,
        TARGET,
        size=PHOTO_DOTS,
        half=HALF,
        steps=steps,
        seconds=setting.limits.train_seconds,
    )


@graded_sticker(needs="photograph_can_be_learnt_through")
def test_first_step_is_averaged_over_the_photographs(student: Student, setting: Setting) -> None:
    """One step moves a grey sticker down the mean loss of all photographs"""
    images = setting.dataset.train.images[:16]
    maps, lights = views_of(setting, "views of one step", len(images))
    answer = sticker_of(student, setting, images, (maps, lights), steps=1)
    moved = require_images(answer, torch.zeros(images.shape[1], PHOTO_DOTS, PHOTO_DOTS)) - 0.5

    def agreed(seen: tuple[Tensor, Tensor, Tensor]) -> float:
        """The share of dots moved against this gradient, of those where it is not tiny."""
        gradient = gradient_at_grey(setting, PHOTO_DOTS, TARGET, seen)
        large = gradient.abs() > 0.1 * gradient.abs().max()
        return (moved.sign() == -gradient.sign())[large].float().mean().item()

    straight = views(1, difficulty=0)[0].expand_as(maps), torch.ones_like(lights)
    one = images[:1], maps[:1], lights[:1]
    share, cause = agreed((images, maps, lights)), ""
    if share < 0.1:
        cause = "it leads away from the target: go down its loss"
    elif agreed((images, *straight)) > share:
        cause = "the sticker is seen straight and in even light: use the views and the lights"
    elif agreed(one) > share:
        cause = "only the first photograph is used: average over all of them"
    expect(
        share,
        "a share of dots that move down the mean loss of",
        at_least=0.9,
        cause=cause,
        hint="Begin at 0.5. One step: photograph on all images, gradient of the mean, minus sign.",
    )


@graded_sticker(needs="photograph_can_be_learnt_through")
def test_trained_sticker_works_in_new_photographs(
    student: Student, setting: Setting, measures: dict[str, float]
) -> None:
    """In new photographs it leads to the target far more often than a plain sticker does"""
    train = setting.dataset.train.images[:VIEWS]
    seen = views_of(setting, "views of training", len(train))
    answer = sticker_of(student, setting, train, seen, PHOTO_STEPS)
    sticker = require_images(answer, torch.zeros(train.shape[1], PHOTO_DOTS, PHOTO_DOTS))
    low, high = sticker.min().item(), sticker.max().item()
    expect_true(
        low >= 0 and high <= 1,
        "dots in [0, 1]",
        f"dots from {low:.3f} to {high:.3f}",
        cause="the sticker is not clamped after its steps: no printer prints such dots",
    )
    test = setting.test_images(400)
    images = test.images[test.labels != TARGET]
    new = views_of(setting, "views of the test", len(images))

    def reached(one: Tensor) -> float:
        answers = metrics.predict(setting.victim.module, photographed(one, images, *new, HALF))
        return (answers.argmax(dim=1) == TARGET).float().mean().item()

    mosaic = torch.rand(sticker.shape, generator=setting.generator("plain dots")).round()
    plain = max(map(reached, (torch.ones_like(sticker), torch.zeros_like(sticker), mosaic)))
    share = reached(sticker)
    measures.update(photographs_reached=share, plain_in_photographs=plain)
    expect(
        share - plain,
        "a lead over the best plain sticker, as a share of the photographs, of",
        at_least=PHOTO_AHEAD,
        cause="the sticker was hardly learnt, or from one view only",
        hint="Each step looks at all photographs; print the mean loss after each: it must fall.",
    )
