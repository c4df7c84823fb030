"""Other units, other labels and NaN are refused before anything is computed; rounding passes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from course.errors import CourseError, InputError, NotANumberError
from course.inputs import (
    check_finite,
    check_images,
    check_labels,
    check_logits,
    check_size,
)


@pytest.fixture
def images() -> Tensor:
    return torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def test_an_input_error_is_caught_as_both_kinds(images: Tensor) -> None:
    for kind in (CourseError, ValueError):
        with pytest.raises(kind):
            check_images(images * 255)


def test_pixel_units_pass(images: Tensor) -> None:
    for each in (images, images.double(), images[:0], torch.zeros(2, 3, 4, 4)):
        check_images(each)
    check_images(images.requires_grad_())


@pytest.mark.parametrize(("low", "high"), [(-3e-8, 1.0), (0.0, 1 + 5e-7)])
def test_a_rounding_error_outside_passes(low: float, high: float) -> None:
    check_images(torch.tensor([low, high]).view(1, 1, 1, 2))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x: x * 255, r"go from .* to 25\d.*Divide bytes by 255"),
        (lambda x: (x - 0.1307) / 0.3081, "leave normalisation to the network"),
        (lambda x: x - 1e-5, r"must lie in \[0,1\]"),
        (lambda x: x + 1e-5, r"must lie in \[0,1\]"),
        (lambda x: x / 0, "go from"),
        (lambda x: x * float("nan"), "division by 0 or the overflow"),
        (lambda x: (x * 255).byte(), "uint8; divide bytes by 255"),
        (lambda x: x.bfloat16(), "bfloat16.*no epsilon is kept"),
        (lambda x: x.half(), r"float16.*images\.float\(\)"),
    ],
)
def test_other_units_are_refused_with_the_remedy(change, words: str, images: Tensor) -> None:
    images[0, 0, 0, :2] = torch.tensor([0.0, 1.0])
    with pytest.raises(InputError, match=words):
        check_images(change(images))


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (torch.tensor([0, 1, 2]), "one label per image, got 4 images"),
        (torch.zeros(4, 1, dtype=torch.int64), "one label per image"),
        (torch.tensor([0, 1, 2, -100]), "from 0 on, got -100"),
        (torch.tensor([0.0, 1, 2, 3]), r"float32; use `labels\.long\(\)`"),
        (torch.tensor([True, False, True, False]), "torch.bool"),
    ],
)
def test_labels_that_are_no_classes_are_refused(labels: Tensor, words: str, images: Tensor) -> None:
    with pytest.raises(InputError, match=words):
        check_labels(images, labels)


def test_whole_numbers_of_any_size_are_labels(images: Tensor) -> None:
    for dtype in (torch.uint8, torch.int32, torch.int64):
        check_labels(images, torch.arange(4, dtype=dtype))
    check_labels(images[:0], torch.arange(0))


@pytest.mark.parametrize("size", [-0.1, float("nan"), float("inf"), 8, 1.001, 255])
def test_a_size_in_other_units_is_refused(size: float) -> None:
    with pytest.raises(InputError, match="step_size must be"):
        check_size(size, "step_size")


def test_the_remedy_for_grey_levels_is_a_fraction_of_255() -> None:
    with pytest.raises(InputError, match="write 8/255"):
        check_size(8)


def test_a_length_may_reach_from_black_to_white() -> None:
    check_size(28.0, largest=784**0.5)
    with pytest.raises(InputError, match="where 28 takes any image"):
        check_size(29.0, largest=784**0.5)


def test_nan_is_no_answer_and_no_image(images: Tensor) -> None:
    check_logits(torch.tensor([[1.0, float("inf")], [0.0, float("-inf")]]))
    with pytest.raises(NotANumberError, match="NaN to image 1"):
        check_logits(torch.tensor([[1.0, 2.0], [0.0, float("nan")]]))
    check_finite(images * 255 - 7)
    for bad in (float("nan"), float("inf")):
        images[2, 0, 3, 3] = bad
        with pytest.raises(NotANumberError, match="NaN or an infinity"):
            check_finite(images)
