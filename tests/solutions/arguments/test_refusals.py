"""Every attack and evaluation refuses other units, NaN, and labels that are no classes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from course.batches import attack_in_batches
from course.defences import Defence, Detector, Quantised
from course.errors import CourseError, InputError, NotANumberError
from course.metrics import accuracy, confidence, confusion_matrix, predict
from course.models import Normalize, build
from solutions import cnn
from solutions.audit import (
    attack_smoothed,
    break_defense,
    evaluate,
    noisy_votes,
    to_pixel_epsilon,
)
from solutions.evaluation import curve_in_batches, robust_accuracy, survival, worst_of
from solutions.extensions.l2 import l2_pgd, lengths
from solutions.extensions.patch import apply_patch, train_patch
from solutions.extensions.targeted import least_likely, targeted_pgd
from solutions.extensions.trades import most_different
from solutions.fgsm import attack_success_rate, fgsm, robustness_curve
from solutions.pgd import cross_entropy, margin_loss, pgd, worst_case_accuracy
from solutions.random_search import random_search

Call = Callable[[nn.Module, Tensor, Tensor, float], object]


def most_different_within(m: nn.Module, x: Tensor, y: Tensor, epsilon: float) -> Tensor:
    """Without labels: the divergence needs none."""
    return most_different(m, x, epsilon, 2, torch.Generator().manual_seed(0))


ATTACKS: dict[str, Call] = {
    "fgsm": fgsm,
    "pgd": partial(pgd, step_size=0.02, steps=2),
    "targeted_pgd": partial(targeted_pgd, step_size=0.02, steps=2),
    "random_search": partial(random_search, queries=3),
    "most_different": most_different_within,
    "break_defense": lambda m, x, y, e: break_defense(Defence(m), x, y, e),
    "attack_in_batches": lambda m, x, y, e: attack_in_batches(partial(fgsm, epsilon=e), m, x, y),
}
MEASURES: dict[str, Call] = {
    "robustness_curve": lambda m, x, y, e: robustness_curve(m, x, y, [0.0, e]),
    "curve_in_batches": lambda m, x, y, e: curve_in_batches(m, x, y, [0.0, e]),
    "worst_case_accuracy": lambda m, x, y, e: worst_case_accuracy(m, x, y, e, [fgsm]),
    "robust_accuracy": lambda m, x, y, e: robust_accuracy(m, x, y, partial(fgsm, epsilon=e)),
    "survival": lambda m, x, y, e: survival(m, x, y, {"fgsm": partial(fgsm, epsilon=e)}),
    "worst_of": lambda m, x, y, e: worst_of(m, x, y, e, steps=2, restarts=1),
    "evaluate": lambda m, x, y, e: evaluate(m, x, y, e, [0.1], [0.5]),
}
ALL = ATTACKS | MEASURES
each_of_all = pytest.mark.parametrize("call", ALL.values(), ids=ALL)
each_measure = pytest.mark.parametrize("call", MEASURES.values(), ids=MEASURES)


@pytest.fixture
def model() -> nn.Module:
    return build("tiny-cnn", seed=0)


@pytest.fixture
def images() -> Tensor:
    return torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def labels() -> Tensor:
    return torch.tensor([3, 1, 4, 1])


class AnswersNaN(nn.Module):
    """Ten logits, none of which is a number, with a gradient all the same."""

    def forward(self, images: Tensor) -> Tensor:
        return images.flatten(1)[:, :10] * float("nan")


# --- units ---------------------------------------------------------------------------------------


@each_of_all
@pytest.mark.parametrize(
    "change", [lambda x: x * 255, lambda x: (x - 0.5) / 0.25, lambda x: x * float("nan")]
)
def test_images_in_other_units_are_refused(call, change, model, images, labels) -> None:
    with pytest.raises(InputError, match=r"images must lie in \[0,1\]"):
        call(model, change(images), labels, 0.1)


@each_of_all
def test_an_epsilon_in_other_units_is_refused(call, model, images) -> None:
    labels = predict(model, images).argmax(dim=1)  # of wrong answers, none is attacked
    with pytest.raises(ValueError, match="8/255"):
        call(model, images, labels, 8)


@each_of_all
def test_pixels_that_miss_zero_by_rounding_pass(call, model, images, labels) -> None:
    call(model, images - images.min() - 3e-8, labels, 0.1)
    call(model, images, labels, 1.0)


@pytest.mark.parametrize("step_size", [2, 8, float("inf"), float("nan")])
def test_a_step_in_other_units_is_refused(step_size: float, model, images, labels) -> None:
    with pytest.raises(ValueError, match="step_size"):
        pgd(model, images, labels, 8 / 255, step_size=step_size, steps=1)


def test_one_step_may_cross_a_large_ball(model, images, labels) -> None:
    pgd(model, images, labels, 0.9, step_size=2.5 * 0.9, steps=1)


def test_a_length_may_exceed_one_pixel_but_not_the_whole_image(model, images, labels) -> None:
    moved = l2_pgd(model, images, labels, 1.5, step_size=2.0, steps=2)
    assert lengths(moved - images).max() <= 1.5 + 1e-5
    for change in ({"epsilon": 100.0}, {"step_size": 100.0}, {"step_size": float("inf")}):
        with pytest.raises(ValueError, match=next(iter(change))):
            l2_pgd(model, images, labels, **{"epsilon": 1.5, "step_size": 0.5, "steps": 1} | change)
    with pytest.raises(InputError, match="images must lie"):
        l2_pgd(model, images * 255, labels, 1.5, step_size=0.5, steps=1)


def test_the_images_for_a_patch_are_in_pixel_units(model, images) -> None:
    corner = torch.zeros(4, dtype=torch.int64)
    with pytest.raises(InputError, match="images must lie"):
        apply_patch(torch.ones(1, 5, 5), images * 255, corner, corner)
    with pytest.raises(InputError, match="images must lie"):
        train_patch(model, images * 255, 3, 5, steps=1)
    with pytest.raises(InputError, match="step_size"):
        train_patch(model, images, 3, 5, steps=1, step_size=8)


def test_smoothing_is_in_pixel_units(model, images) -> None:
    generator = torch.Generator().manual_seed(0)
    assert noisy_votes(model, images[0], 0.5, 20, generator).sum() == 20
    for image, sigma in ((images[0] * 255, 0.5), (images[0], 25.0)):
        with pytest.raises(InputError):
            noisy_votes(model, image, sigma, 20, generator)
        with pytest.raises(InputError):
            attack_smoothed(model, image, 3, 1.0, sigma, generator=generator)
    with pytest.raises(InputError, match="radius"):
        attack_smoothed(model, images[0], 3, 255.0, 0.5, generator=generator)


def test_a_detector_is_fitted_on_pixels(model, images) -> None:
    for bad in (images * 255, images * float("nan")):
        with pytest.raises(CourseError):
            Detector.fitted(model, bad)


def test_images_too_coarse_to_keep_epsilon_are_refused(model, images, labels) -> None:
    with pytest.raises(InputError, match="no epsilon is kept"):
        fgsm(model.bfloat16(), images.bfloat16(), labels, 8 / 255)


def test_a_network_that_takes_normalised_images_can_be_measured(model, images, labels) -> None:
    inside = nn.Sequential(Normalize([0.1307], [0.3081]), model)
    outside = Normalize([0.1307], [0.3081])(images)
    assert torch.equal(predict(inside, images), predict(model, outside))
    assert accuracy(inside, images, labels) == accuracy(model, outside, labels)


# --- NaN -----------------------------------------------------------------------------------------


@each_measure
def test_a_network_that_answers_nan_is_not_measured(call, images, labels) -> None:
    with pytest.raises(CourseError, match="NaN"):
        call(AnswersNaN(), images, labels, 0.1)


@pytest.mark.parametrize(
    "measure",
    [
        predict,
        confidence,
        least_likely,
        lambda m, x: accuracy(m, x, torch.arange(4)),
        lambda m, x: cnn.accuracy(m, x, torch.arange(4)),
        lambda m, x: attack_success_rate(m, x, x, torch.arange(4)),
        lambda m, x: break_defense(Quantised(m, 4), x, torch.arange(4), 0.1),
    ],
)
def test_nan_is_no_class(measure, images) -> None:
    with pytest.raises(NotANumberError, match="NaN"):
        measure(AnswersNaN(), images)


def test_nan_images_are_not_measured_even_if_the_network_answers(images) -> None:
    class IgnoresThem(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.zeros(len(x), 10)

    with pytest.raises(NotANumberError, match="images hold a NaN"):
        accuracy(IgnoresThem(), images * float("nan"), torch.zeros(4, dtype=torch.int64))


def test_an_attack_that_answers_nan_fools_nobody(model, images) -> None:
    labels = predict(model, images).argmax(dim=1)
    bad = images * float("nan")
    with pytest.raises(CourseError):
        attack_success_rate(model, images, bad, labels)
    with pytest.raises(CourseError):
        worst_case_accuracy(model, images, labels, 0.1, [lambda m, x, y, e: bad])
    with pytest.raises(CourseError):
        survival(model, images, labels, {"bad": lambda m, x, y: x * float("nan")})
    with pytest.raises(CourseError):
        robust_accuracy(model, images, labels, lambda m, x, y: x * float("nan"))


def test_infinite_logits_still_name_a_class(images) -> None:
    class Sure(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.tensor([0.0, float("inf")]).expand(len(x), 2)

    assert accuracy(Sure(), images, torch.ones(4, dtype=torch.int64)) == 1.0


# --- gradients switched off around ---------------------------------------------------------------


@each_of_all
@pytest.mark.parametrize("off", [torch.no_grad, torch.inference_mode])
def test_gradients_may_be_off_around_it(call, off, model, images, labels) -> None:
    def result() -> object:
        torch.manual_seed(0)
        return call(model, images * 1.0, labels * 1, 0.1)

    expected = result()
    with off():
        found = result()
    if isinstance(expected, Tensor):
        assert torch.equal(found, expected)
    elif hasattr(expected, "left"):
        assert found.left == expected.left
    else:
        assert found == expected


@each_of_all
def test_images_from_inference_mode_can_be_attacked(call, model, images, labels) -> None:
    with torch.inference_mode():
        images, labels = images * 1.0, labels * 1
    call(model, images, labels, 0.1)


@pytest.mark.parametrize("off", [torch.no_grad, torch.inference_mode])
def test_gradients_may_be_off_around_the_others(off, model, images, labels) -> None:
    generator = torch.Generator().manual_seed(0)
    with off():
        images, labels = images * 1.0, labels * 1
        moved = l2_pgd(model, images, labels, 1.0, step_size=0.5, steps=2)
        patch = train_patch(model, images, 3, 5, steps=2)
        away = attack_smoothed(model, images[0], 3, 0.5, 0.2, steps=2, generator=generator)
        assert not torch.equal(moved, images)
        assert not torch.equal(patch, torch.full_like(patch, 0.5))
        assert not torch.equal(away, images[0])


# --- labels, sequences, and networks that keep something -----------------------------------------


@pytest.mark.parametrize("name", [name for name in ALL if name != "most_different"])
def test_a_label_that_cross_entropy_would_leave_out_is_refused(name, model, images) -> None:
    with pytest.raises(InputError, match="got -100"):
        ALL[name](model, images, torch.tensor([1, -100, 2, 3]), 0.1)


@pytest.mark.parametrize("name", [name for name in ALL if name != "most_different"])
def test_labels_may_be_small_whole_numbers(name, model, images, labels) -> None:
    torch.manual_seed(0)
    expected = ALL[name](model, images, labels, 0.1)
    torch.manual_seed(0)
    found = ALL[name](model, images, labels.to(torch.uint8), 0.1)
    if isinstance(expected, Tensor):
        assert torch.equal(found, expected)


def test_losses_take_labels_of_any_whole_numbers(labels) -> None:
    logits = torch.rand(4, 10)
    for loss in (margin_loss, cross_entropy):
        for dtype in (torch.uint8, torch.int32):
            assert torch.equal(loss(logits, labels.to(dtype)), loss(logits, labels))


def test_a_confusion_matrix_of_small_whole_numbers_does_not_overflow() -> None:
    matrix = confusion_matrix(torch.tensor([30]).byte(), torch.tensor([39]).byte(), 40)
    assert matrix.nonzero().tolist() == [[30, 39]]
    with pytest.raises(CourseError, match="whole numbers"):
        confusion_matrix(torch.tensor([1.0]), torch.tensor([1.0]), 2)


def test_epsilons_may_come_from_a_generator(model, images, labels) -> None:
    for curve in (robustness_curve, curve_in_batches):
        found = curve(model, images, labels, (e / 10 for e in range(3)))
        assert found == curve(model, images, labels, [0.0, 0.1, 0.2])
        assert len(found) == 3


@pytest.mark.parametrize("change", [{"steps": 0}, {"restarts": 0}, {"steps": -1}])
def test_a_worst_case_of_no_attack_is_refused(change, model, images, labels) -> None:
    with pytest.raises(ValueError, match="whole number"):
        worst_of(model, images, labels, 0.1, **change)


def test_statistics_may_be_tensors_and_arrays(model, images, labels) -> None:
    stds = torch.tensor([0.2, 0.3], dtype=torch.float64)
    assert to_pixel_epsilon(0.1, stds) == to_pixel_epsilon(0.1, [0.2, 0.3])
    assert to_pixel_epsilon(0.1, stds.view(1, 2, 1, 1)) == to_pixel_epsilon(0.1, stds.numpy())
    assert to_pixel_epsilon(0.1, np.float64(0.3)) == to_pixel_epsilon(0.1, 0.3) == 0.1 * 0.3
    for mean, std in ((torch.tensor([0.1]), torch.tensor([0.5])), (np.array([0.1]), (0.5,))):
        assert torch.equal(Normalize(mean, std)(images), Normalize([0.1], [0.5])(images))


class Keeps(nn.Module):
    """Stores activations of its last call, parts of a graph, in all usual ways."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(784, 10)
        self.all: list[Tensor] = []
        self.by_name: dict[str, tuple[Tensor, ...]] = {}

    def forward(self, images: Tensor) -> Tensor:
        self.seen = self.layer(images.flatten(1))
        self.all.append(self.seen)
        self.by_name["layer"] = (self.seen * 2,)
        return self.seen


def test_a_network_that_keeps_an_activation_can_be_attacked(images, labels) -> None:
    model = Keeps()
    kept = model(images)
    found = attack_in_batches(partial(fgsm, epsilon=0.1), model, images, labels)
    assert torch.equal(found, fgsm(model, images, labels, 0.1))
    assert kept is model.all[0]
    assert kept.requires_grad
    assert len(curve_in_batches(model, images, labels, [0.0, 0.1])) == 2
