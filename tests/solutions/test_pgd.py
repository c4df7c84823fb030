"""Assignment 4's reference: the margin and PGD by hand, determinism, and the worst case."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from course.models import build
from solutions.fgsm import fgsm
from solutions.pgd import (
    Attack,
    Loss,
    cross_entropy,
    margin_loss,
    pgd,
    project,
    worst_case_accuracy,
)


class ReadsThePixel(nn.Module):
    """Images of one pixel: class 1 above one half, else class 0."""

    def forward(self, images: Tensor) -> Tensor:
        pixel = images.flatten(1)
        return torch.cat([0.5 - pixel, pixel - 0.5], dim=1)


def one_pixel(*values: float) -> Tensor:
    return torch.tensor(values).reshape(-1, 1, 1, 1)


def test_the_margin_by_hand() -> None:
    logits = torch.tensor([[3.0, 1.0, 2.0], [3.0, 1.0, 2.0], [0.0, 0.0, -1.0]])
    assert margin_loss(logits, torch.tensor([0, 1, 1])).tolist() == [-1.0, 2.0, 0.0]


def test_the_margin_pushes_two_logits_only() -> None:
    logits = torch.tensor([[3.0, 1.0, 2.0]], requires_grad=True)
    (gradient,) = torch.autograd.grad(margin_loss(logits, torch.tensor([0])).sum(), logits)
    assert gradient.tolist() == [[-1.0, 0.0, 1.0]]


def test_the_margin_has_a_gradient_where_cross_entropy_has_none() -> None:
    logits = torch.tensor([[200.0, 0.0]], requires_grad=True)
    label = torch.tensor([0])
    (flat,) = torch.autograd.grad(cross_entropy(logits, label).sum(), logits)
    (steep,) = torch.autograd.grad(margin_loss(logits, label).sum(), logits)
    assert flat.abs().max() == 0
    assert steep.abs().max() == 1


@pytest.mark.parametrize(
    ("shape", "labels"), [((3,), [0, 0, 0]), ((3, 1), [0, 0, 0]), ((3, 4), [0, 0]), ((1, 4), [[0]])]
)
def test_the_margin_refuses_other_shapes(shape: tuple[int, ...], labels: list[int]) -> None:
    with pytest.raises(ValueError, match="logits must have shape"):
        margin_loss(torch.zeros(shape), torch.tensor(labels))


def test_steps_add_up_on_a_linear_model_until_the_edge_of_the_ball() -> None:
    image, label = one_pixel(0.9), torch.tensor([1])

    def after(steps: int) -> float:
        return pgd(
            ReadsThePixel(), image, label, 0.1, step_size=0.04, steps=steps, random_start=False
        ).item()

    assert [after(steps) for steps in range(5)] == pytest.approx([0.9, 0.86, 0.82, 0.8, 0.8])


def test_one_full_step_without_a_random_start_is_fgsm() -> None:
    model = build("tiny-cnn", seed=0)
    images = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(5)
    once = pgd(model, images, labels, 0.1, step_size=0.1, steps=1, random_start=False)
    assert torch.allclose(once, fgsm(model, images, labels, 0.1), atol=1e-7)


def test_the_random_start_is_uniform_in_the_ball_and_clamped() -> None:
    grey = torch.full((1, 1, 200, 200), 0.5)
    generator = torch.Generator().manual_seed(0)
    options = {"step_size": 0.1, "steps": 0, "generator": generator}
    noise = pgd(ReadsThePixel(), grey, torch.tensor([0]), 0.1, **options) - grey
    assert noise.abs().max() <= 0.1 + 1e-6
    assert noise.mean().abs() < 0.002
    assert noise.std().item() == pytest.approx(0.1 / 3**0.5, rel=0.02)
    black = pgd(ReadsThePixel(), 0 * grey, torch.tensor([0]), 0.1, **options)
    assert (black == 0).float().mean().item() == pytest.approx(0.5, abs=0.02)


def test_a_generator_decides_the_random_start_alone() -> None:
    model = build("tiny-cnn", seed=0)
    images, labels = torch.full((2, 1, 28, 28), 0.5), torch.tensor([0, 1])

    def attacked(seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return pgd(model, images, labels, 0.1, step_size=0.02, steps=2, generator=generator)

    state = torch.get_rng_state()
    assert torch.equal(attacked(1), attacked(1))
    assert not torch.equal(attacked(1), attacked(2))
    assert torch.equal(torch.get_rng_state(), state)


def test_pgd_follows_the_loss_it_is_given() -> None:
    """A loss that grows with logit 1 pulls the pixel up, one that falls with it pulls it down."""

    def end(sign: float) -> float:
        loss: Loss = lambda logits, _labels: sign * logits[:, 1]  # noqa: E731
        options = {"step_size": 0.1, "steps": 2, "random_start": False, "loss": loss}
        return pgd(ReadsThePixel(), one_pixel(0.5), torch.tensor([1]), 0.1, **options).item()

    assert (end(1.0), end(-1.0)) == pytest.approx((0.6, 0.4))


def test_pgd_is_stronger_than_fgsm_where_the_loss_bends() -> None:
    """Class 1 between .4 and .6: uphill from .5 is a step too far for one jump of .3."""

    class Band(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            off = (images.flatten(1) - 0.45).abs()
            inside = torch.where(off < 0.2, 0.1 - off, off - 0.3)
            return torch.cat([-inside, inside], dim=1)

    image, label = one_pixel(0.5), torch.tensor([1])

    def margin_after(adversarial: Tensor) -> float:
        return margin_loss(Band()(adversarial), label).item()

    once = margin_after(fgsm(Band(), image, label, 0.5))
    often = margin_after(
        pgd(Band(), image, label, 0.5, step_size=0.03, steps=20, random_start=False)
    )
    assert once < 0 < often


@pytest.mark.parametrize(
    "changed",
    [
        {"epsilon": -0.1},
        {"epsilon": float("nan")},
        {"step_size": -0.1},
        {"step_size": float("nan")},
        {"steps": -1},
    ],
)
def test_impossible_numbers_are_refused(changed: dict[str, float]) -> None:
    options = {"epsilon": 0.1, "step_size": 0.1, "steps": 1} | changed
    with pytest.raises(ValueError, match=next(iter(changed))):
        pgd(ReadsThePixel(), one_pixel(0.5), torch.tensor([1]), **options)


def moves_to(*values: float) -> Attack:
    """An attack that answers with these pixels."""
    return lambda model, images, labels, epsilon: one_pixel(*values)


def test_an_image_counts_only_if_it_survives_every_attack() -> None:
    images, labels = one_pixel(0.9, 0.9, 0.9, 0.1), torch.tensor([1, 1, 1, 1])
    first, second = moves_to(0.9, 0.1, 0.9, 0.9), moves_to(0.9, 0.9, 0.1, 0.9)
    model = ReadsThePixel()
    assert worst_case_accuracy(model, images, labels, 0.9, []) == 0.75
    assert worst_case_accuracy(model, images, labels, 0.9, [first]) == 0.5
    assert worst_case_accuracy(model, images, labels, 0.9, [second]) == 0.5
    assert worst_case_accuracy(model, images, labels, 0.9, [first, second]) == 0.25


def test_the_worst_case_hands_every_attack_the_epsilon() -> None:
    given = []

    def spy(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
        given.append(epsilon)
        return images

    worst_case_accuracy(ReadsThePixel(), one_pixel(0.9), torch.tensor([1]), 0.25, [spy, spy])
    assert given == [0.25, 0.25]


def test_an_attack_that_leaves_the_budget_is_brought_back() -> None:
    """A move from .9 to .1 would turn the image; within epsilon .3 it only reaches .6."""
    model, label = ReadsThePixel(), torch.tensor([1])
    wild = moves_to(0.1)
    assert worst_case_accuracy(model, one_pixel(0.9), label, 0.3, [wild]) == 1.0
    assert worst_case_accuracy(model, one_pixel(0.9), label, 0.5, [wild]) == 0.0


def test_the_projection_by_hand() -> None:
    images, moved = one_pixel(0.5, 0.5, 0.05, 0.95), one_pixel(0.9, 0.45, -1.0, 2.0)
    expected = one_pixel(0.6, 0.45, 0.0, 1.0)
    assert torch.allclose(project(images, moved, 0.1), expected)


def test_no_images_have_no_worst_case() -> None:
    with pytest.raises(ValueError, match="no images"):
        worst_case_accuracy(ReadsThePixel(), torch.rand(0, 1, 1, 1), torch.ones(0).long(), 0.1, [])
