"""The defences that assignment 6 breaks: their answers, and the gradients they hide."""

import math

import pytest
import torch
from torch import Tensor

from course.defences import DEFENCES, Defence, Detector, Quantised, ScaledLogits, build
from course.errors import CourseError
from course.models import build as build_network

NETWORK = build_network("tiny-cnn", seed=0).eval()
IMAGES = torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def gradient(model: torch.nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    x = images.clone().requires_grad_()
    loss = torch.nn.functional.cross_entropy(model(x), labels)
    return torch.autograd.grad(loss, x)[0]


def test_a_plain_defence_is_its_network() -> None:
    assert torch.equal(Defence(NETWORK)(IMAGES), NETWORK(IMAGES))


def test_rounding_by_hand_and_without_a_gradient() -> None:
    defence = Quantised(NETWORK, 3)
    pixels = torch.tensor([0.0, 0.2, 0.3, 0.6, 0.8, 1.0])
    assert defence.transform(pixels).tolist() == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]
    assert torch.equal(defence(IMAGES), NETWORK(defence.transform(IMAGES)))
    labels = defence(IMAGES).argmax(dim=1)
    assert gradient(defence, IMAGES, labels).abs().max() == 0
    assert gradient(NETWORK, IMAGES, labels).abs().max() > 0


def test_scaled_logits_answer_the_same_and_hide_the_gradient() -> None:
    defence = ScaledLogits(NETWORK, 1e6)
    labels = NETWORK(IMAGES).argmax(dim=1)
    assert torch.equal(defence(IMAGES), 1e6 * NETWORK(IMAGES))
    assert gradient(defence, IMAGES, labels).abs().max() == 0


def test_a_detector_refuses_the_share_it_was_fitted_to_and_follows_its_limit() -> None:
    detector = Detector.fitted(NETWORK, IMAGES, refused=0.4).eval()
    answers = detector(IMAGES)
    refused = answers.argmax(dim=1) == 10
    assert answers.shape == (6, 11)
    assert torch.equal(answers[:, :10], NETWORK(IMAGES))
    assert torch.equal(refused, detector.drift(IMAGES) > detector.limit)
    assert refused.sum() == 2


def test_a_blur_changes_a_flat_image_by_nothing_and_a_fine_pattern_by_much() -> None:
    detector = Detector(NETWORK, 0.1)
    flat = torch.full((1, 1, 28, 28), 0.5)
    pattern = flat + 0.1 * torch.randn(flat.shape, generator=torch.Generator().manual_seed(0))
    assert detector.drift(flat).item() == pytest.approx(0, abs=1e-5)
    assert detector.drift(pattern).item() > 0.01


def test_a_detector_can_be_climbed() -> None:
    detector = Detector(NETWORK, 0.1)
    x = IMAGES.clone().requires_grad_()
    (slope,) = torch.autograd.grad(detector(x)[:, -1].sum(), x)
    assert slope.abs().max() > 0


def test_the_judge_gets_a_defence_by_its_name() -> None:
    assert set(DEFENCES) == {"quantised", "scaled-logits"}
    quantised = build("quantised", NETWORK, 5.0)
    assert isinstance(quantised, Quantised)
    assert quantised.levels == 5
    scaled = build("scaled-logits", NETWORK, 2.5)
    assert isinstance(scaled, ScaledLogits)
    assert scaled.factor == 2.5
    assert scaled.model is NETWORK
    with pytest.raises(CourseError, match=r"did you mean 'quantised'"):
        build("quantized", NETWORK, 5.0)


@pytest.mark.parametrize("levels", [1, 0, 2.5, -3])
def test_too_few_levels_are_refused(levels: float) -> None:
    with pytest.raises(CourseError, match="at least 2 grey levels"):
        Quantised(NETWORK, levels)  # type: ignore[arg-type]


@pytest.mark.parametrize("factor", [0.0, -1.0, math.inf, math.nan])
def test_a_factor_that_is_none_is_refused(factor: float) -> None:
    with pytest.raises(CourseError, match="above 0"):
        ScaledLogits(NETWORK, factor)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1])
def test_a_share_of_all_or_none_is_refused(share: float) -> None:
    with pytest.raises(CourseError, match="between 0 and 1"):
        Detector.fitted(NETWORK, IMAGES, refused=share)
