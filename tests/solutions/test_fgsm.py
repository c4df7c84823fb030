"""Assignment 3's reference: closed form first, then the absence of side effects."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from course.models import build
from solutions.cnn import accuracy
from solutions.fgsm import attack_success_rate, fgsm, robustness_curve


def linear_model(weights: Tensor) -> nn.Sequential:
    """Logits weights @ x, no bias."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(weights.shape[1], len(weights), bias=False))
    model[1].weight.data = weights
    return model


class ReadsThePixel(nn.Module):
    """Images of one pixel: class 1 above one half, else class 0."""

    def forward(self, images: Tensor) -> Tensor:
        pixel = images.flatten(1)
        return torch.cat([0.5 - pixel, pixel - 0.5], dim=1)


def one_pixel(*values: float) -> Tensor:
    return torch.tensor(values).reshape(-1, 1, 1, 1)


def test_closed_form_on_a_linear_model_of_two_classes() -> None:
    """With two classes the loss grows along w_other - w_true for every image."""
    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(2, 9, generator=generator)
    images = torch.rand(6, 1, 3, 3, generator=generator)
    images[0, 0, 0], images[1, 0, 1] = 0.0, 1.0  # at both ends of the range
    labels = torch.tensor([0, 1, 0, 1, 0, 1])
    direction = (weights[1 - labels] - weights[labels]).sign().reshape(images.shape)
    for epsilon in (8 / 255, 0.1, 0.3):
        expected = (images + epsilon * direction).clamp(0, 1)
        assert torch.equal(fgsm(linear_model(weights), images, labels, epsilon), expected)


def test_the_answer_for_one_image_written_out() -> None:
    weights = torch.tensor([[1.0, -2.0, 0.0, 3.0], [0.0, 0.0, 0.0, 0.0]])
    image = torch.tensor([[[[0.5, 0.25], [0.5, 0.05]]]])
    adversarial = fgsm(linear_model(weights), image, torch.tensor([0]), 0.1)
    assert adversarial.flatten().tolist() == pytest.approx([0.4, 0.35, 0.5, 0.0])


def test_a_pixel_without_influence_stays() -> None:
    image = torch.rand(1, 1, 2, 2)
    model = linear_model(torch.tensor([[1.0, 0, 0, 0], [0, 0, 0, 0]]))
    moved = fgsm(model, image, torch.tensor([0]), 0.1) != image
    assert moved.flatten().tolist() == [True, False, False, False]


def test_success_counts_only_what_was_right_before() -> None:
    clean = one_pixel(0.9, 0.8, 0.7, 0.6, 0.2)
    adversarial = one_pixel(0.9, 0.4, 0.7, 0.3, 0.9)
    labels = torch.tensor([1, 1, 1, 1, 1])  # the last is wrong before and right after
    rate = attack_success_rate(ReadsThePixel(), clean, adversarial, labels)
    assert rate == 2 / 4


def test_nothing_to_fool_is_a_rate_of_zero() -> None:
    images = one_pixel(0.1, 0.2)
    assert attack_success_rate(ReadsThePixel(), images, images, torch.tensor([1, 1])) == 0.0


def test_the_curve_by_hand() -> None:
    """An image falls once epsilon exceeds its distance from one half."""
    images, labels = one_pixel(0.6, 0.7, 0.2, 0.4), torch.tensor([1, 1, 0, 1])
    curve = robustness_curve(ReadsThePixel(), images, labels, [0.0, 0.15, 0.25, 0.4])
    assert curve == [0.75, 0.5, 0.25, 0.0]


def test_the_curve_is_the_accuracy_under_fgsm_in_the_order_asked() -> None:
    model = build("tiny-cnn", seed=0)
    images = torch.rand(40, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    labels = model(images).argmax(dim=1)
    epsilons = [0.05, 0.0, 0.02]
    expected = [accuracy(model, fgsm(model, images, labels, e), labels) for e in epsilons]
    assert robustness_curve(model, images, labels, epsilons) == expected
    assert expected[1] == 1.0 > expected[0]


def test_the_curve_takes_one_gradient_for_all_epsilons() -> None:
    class Counting(ReadsThePixel):
        gradients = 0

        def forward(self, images: Tensor) -> Tensor:
            self.gradients += images.requires_grad
            return super().forward(images)

    model = Counting()
    robustness_curve(model, one_pixel(0.6, 0.2), torch.tensor([1, 0]), [0.0, 0.1, 0.2, 0.3])
    assert model.gradients == 1


@pytest.mark.parametrize("epsilon", [-0.1, float("nan"), float("inf")])
def test_an_impossible_epsilon_is_refused(epsilon: float) -> None:
    images, labels = one_pixel(0.6), torch.tensor([1])
    with pytest.raises(ValueError, match="epsilon"):
        fgsm(ReadsThePixel(), images, labels, epsilon)
    with pytest.raises(ValueError, match="epsilon"):
        robustness_curve(ReadsThePixel(), images, labels, [0.1, epsilon])


@pytest.mark.parametrize("labels", [[1], [[1, 0]], [1, 0, 1]])
def test_labels_of_another_shape_are_refused(labels: list[int]) -> None:
    images = one_pixel(0.6, 0.2)
    with pytest.raises(ValueError, match="one label per image, got 2 images"):
        fgsm(ReadsThePixel(), images, torch.tensor(labels), 0.1)
    with pytest.raises(ValueError, match="one class per image"):
        attack_success_rate(ReadsThePixel(), images, images, torch.tensor(labels))
