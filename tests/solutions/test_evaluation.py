"""Evaluation in batches: same verdict, no trace, and a strict worst case."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from course.data import Dataset
from course.metrics import accuracy
from course.models import build
from course.training import fit, plain_recipe
from solutions.evaluation import (
    BoundAttack,
    attack_in_batches,
    curve_in_batches,
    robust_accuracy,
    survival,
    worst_of,
)
from solutions.fgsm import fgsm, robustness_curve
from solutions.pgd import pgd, worst_case_accuracy


@pytest.fixture(scope="module")
def victim(digits: Dataset) -> nn.Module:
    """A plainly trained network that epsilon .05 breaks for some images only."""
    model = build("strided-cnn", seed=0)
    fit(model, digits.train.images, digits.train.labels, plain_recipe(4), progress=False)
    return model


@pytest.fixture(scope="module")
def test_images(digits: Dataset) -> tuple[Tensor, Tensor]:
    return digits.test.images[:200], digits.test.labels[:200]


STEADY_PGD = partial(pgd, epsilon=0.05, step_size=0.01, steps=8, random_start=False)


def test_batches_give_what_one_call_gives(
    victim: nn.Module, test_images: tuple[Tensor, Tensor]
) -> None:
    """Up to single pixels with a gradient so near 0 that rounding decides its sign."""
    whole = STEADY_PGD(victim, *test_images)
    batched = attack_in_batches(STEADY_PGD, victim, *test_images, batch_size=64)
    assert batched.is_contiguous()
    assert torch.isclose(batched, whole, atol=1e-6).float().mean() > 0.99
    assert robust_accuracy(victim, *test_images, STEADY_PGD) == pytest.approx(
        accuracy(victim, whole, test_images[1]), abs=0.01
    )


def test_the_curve_in_batches_is_the_curve(
    victim: nn.Module, test_images: tuple[Tensor, Tensor]
) -> None:
    epsilons = [0.1, 0.0, 0.03]
    expected = robustness_curve(victim, *test_images, epsilons)
    batched = curve_in_batches(victim, *test_images, epsilons, batch_size=64)
    assert batched == pytest.approx(expected, abs=0.0051)


def test_the_model_itself_is_not_touched(test_images: tuple[Tensor, Tensor]) -> None:
    model = build("small-resnet", seed=0).train()
    modes = [module.training for module in model.modules()]
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    strides = [weight.stride() for weight in model.parameters()]
    attack_in_batches(partial(fgsm, epsilon=0.1), model, *test_images)
    worst_of(model, *test_images, 0.1, steps=2, restarts=1)
    assert [module.training for module in model.modules()] == modes
    assert [weight.stride() for weight in model.parameters()] == strides
    assert all(torch.equal(value, weights[name]) for name, value in model.state_dict().items())
    assert all(weight.grad is None for weight in model.parameters())


def test_a_model_that_cannot_run_channels_last_is_attacked_all_the_same(
    test_images: tuple[Tensor, Tensor],
) -> None:
    class Views(nn.Module):
        """Flattens with `view`, which needs the usual memory layout."""

        def __init__(self) -> None:
            super().__init__()
            self.conv, self.linear = nn.Conv2d(1, 4, 5), nn.Linear(4 * 24 * 24, 10)

        def forward(self, images: Tensor) -> Tensor:
            return self.linear(self.conv(images).view(len(images), -1))

    torch.manual_seed(0)
    model = Views()
    attack = partial(fgsm, epsilon=0.1)
    batched = attack_in_batches(attack, model, *test_images)
    assert torch.isclose(batched, attack(model, *test_images), atol=1e-6).float().mean() > 0.99


def test_survival_is_the_worst_case_with_broken_images_left_out(
    victim: nn.Module, test_images: tuple[Tensor, Tensor]
) -> None:
    attacks = {"fgsm": partial(fgsm, epsilon=0.05), "pgd": STEADY_PGD}
    seen: dict[str, int] = {}

    def counting(name: str) -> BoundAttack:
        def attack(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
            seen[name] = seen.get(name, 0) + len(images)
            return attacks[name](model, images, labels)

        return attack

    result = survival(victim, *test_images, {name: counting(name) for name in attacks})
    expected = worst_case_accuracy(
        victim,
        *test_images,
        0.05,
        [fgsm, lambda model, images, labels, _: STEADY_PGD(model, images, labels)],
    )
    assert result.accuracy == pytest.approx(expected, abs=0.01)
    assert list(result.left) == ["clean", "fgsm", "pgd"]
    assert result.left["clean"] == accuracy(victim, *test_images)
    assert result.left["pgd"] == result.accuracy == result.survived.double().mean().item()
    assert seen["fgsm"] == round(200 * result.left["clean"])
    assert seen["pgd"] == round(200 * result.left["fgsm"]) < seen["fgsm"]


def test_more_restarts_never_leave_more(
    victim: nn.Module, test_images: tuple[Tensor, Tensor]
) -> None:
    masks = [
        worst_of(victim, *test_images, 0.05, steps=3, restarts=restarts).survived
        for restarts in (1, 2, 3)
    ]
    assert masks[0].any()
    for fewer, more in pairwise(masks):
        assert not (more & ~fewer).any(), "an image rose from the dead"


def test_the_same_seed_gives_the_same_verdict(
    victim: nn.Module, test_images: tuple[Tensor, Tensor]
) -> None:
    runs = [worst_of(victim, *test_images, 0.05, steps=3, seed=7) for _ in range(2)]
    assert torch.equal(runs[0].survived, runs[1].survived)
    assert runs[0].left == runs[1].left


def test_scaled_logits_do_not_hide_from_the_margin(
    victim: nn.Module, test_images: tuple[Tensor, Tensor]
) -> None:
    """Multiplying logits silences cross-entropy's gradient and changes no prediction."""

    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = victim

        def forward(self, images: Tensor) -> Tensor:
            return 6_000 * self.inner(images)

    left = worst_of(Scaled(), *test_images, 0.1, steps=10, restarts=1).left
    honest = worst_of(victim, *test_images, 0.1, steps=10, restarts=1).accuracy
    assert left["cross-entropy 1"] > honest + 0.2, "the disguise does not work in this test"
    assert left["margin 1"] == pytest.approx(honest, abs=0.03)


def test_no_budget_leaves_the_clean_accuracy(
    victim: nn.Module, test_images: tuple[Tensor, Tensor]
) -> None:
    result = worst_of(victim, *test_images, 0.0, steps=2)
    assert result.accuracy == accuracy(victim, *test_images)


def test_nothing_to_attack_is_an_error(victim: nn.Module) -> None:
    with pytest.raises(ValueError, match="need images"):
        attack_in_batches(STEADY_PGD, victim, torch.rand(0, 1, 28, 28), torch.zeros(0).long())
