"""The parameter-free ensemble: its losses by hand, its schedule, the budget of its attacks."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from torch import nn

from course.data import Dataset
from course.metrics import predict
from course.models import build
from solutions.ensemble import (
    apgd,
    checkpoints,
    dlr_loss,
    ensemble,
    targeted_apgd,
    targeted_dlr_loss,
)
from solutions.evaluation import worst_of
from solutions.figures.measured.attacks import Scaled

EPSILON = 0.1


@pytest.fixture(scope="module")
def victim(digits: Dataset) -> nn.Module:
    from course.training import fit, plain_recipe

    model = build("tiny-cnn", seed=0)
    fit(model, digits.train.images, digits.train.labels, plain_recipe(6), progress=False)
    return model


def test_dlr_by_hand() -> None:
    logits = torch.tensor([[2.0, 5.0, 1.0], [2.0, 5.0, 1.0]])
    found = dlr_loss(logits, torch.tensor([1, 0]))
    assert found.tolist() == pytest.approx([-3 / 4, 3 / 4])
    torch.testing.assert_close(dlr_loss(1000 * logits + 7, torch.tensor([1, 0])), found)


def test_targeted_dlr_by_hand() -> None:
    logits = torch.tensor([[4.0, 1.0, 3.0, 0.0]])
    # The target 2 trails the true class 0 by 1; the spread is 4 - (1 + 0) / 2.
    found = targeted_dlr_loss(logits, torch.tensor([0]), torch.tensor([2]))
    assert found.item() == pytest.approx(-1 / 3.5)


def test_too_few_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="3 classes"):
        dlr_loss(torch.zeros(1, 2), torch.tensor([0]))
    with pytest.raises(ValueError, match="4 classes"):
        targeted_dlr_loss(torch.zeros(1, 3), torch.tensor([0]), torch.tensor([1]))


def test_checkpoints_of_the_paper() -> None:
    # 0.22, then + 0.19, + 0.16, + 0.13, + 0.10, + 0.07, + 0.06, ...
    assert checkpoints(100) == [0, 22, 41, 57, 70, 80, 87, 93, 99]


@pytest.mark.parametrize("attack", [apgd, partial(apgd, loss=dlr_loss), targeted_apgd])
def test_attacks_keep_within_both_limits_and_repeat(
    attack: partial[torch.Tensor], victim: nn.Module, digits: Dataset
) -> None:
    x, y = digits.test.images[:12], digits.test.labels[:12]
    runs = [
        attack(victim, x, y, EPSILON, steps=12, generator=torch.Generator().manual_seed(0))
        for _ in range(2)
    ]
    assert torch.equal(*runs)
    assert (runs[0] - x).abs().max() <= EPSILON + 1e-6
    assert 0 <= runs[0].min() <= runs[0].max() <= 1
    assert not runs[0].requires_grad


def test_a_linear_model_is_attacked_to_the_optimum() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(9, 3))
    x, y = torch.rand(5, 1, 3, 3), torch.tensor([0, 1, 2, 0, 1])

    def lead(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return logits[:, 0] - 2 * logits[:, 1]  # linear, so that the best corner is known

    with torch.no_grad():
        weight = (model[1].weight[0] - 2 * model[1].weight[1]).view(1, 1, 3, 3)
        best = (x + 0.1 * weight.sign()).clamp(0, 1)
        # A misread image stays as it is found, so only the others reach the corner.
        found = apgd(model, x, y, 0.1, loss=lead, steps=30)
        still = model(found).argmax(1) == y
        torch.testing.assert_close(lead(model(found), y)[still], lead(model(best), y)[still])


def test_ensemble_leaves_no_more_than_four_runs_of_pgd(victim: nn.Module, digits: Dataset) -> None:
    x, y = digits.test.images[:40], digits.test.labels[:40]
    found = ensemble(victim, x, y, EPSILON)
    assert list(found.left) == [
        "clean",
        "APGD on the cross-entropy",
        "APGD on DLR",
        "APGD towards each class",
        "Square",
    ]
    left = list(found.left.values())
    assert left == sorted(left, reverse=True)
    assert found.accuracy <= worst_of(victim, x, y, EPSILON, steps=20).accuracy + 1 / 40


def test_scaled_logits_hide_nothing(victim: nn.Module, digits: Dataset) -> None:
    x, y = digits.test.images[:20], digits.test.labels[:20]
    scaled = Scaled(victim, 10_000.0).eval()
    generator = partial(torch.Generator().manual_seed, 0)
    blind = apgd(scaled, x, y, EPSILON, steps=20, generator=generator())
    seeing = apgd(scaled, x, y, EPSILON, loss=dlr_loss, steps=20, generator=generator())
    left = [(predict(scaled, moved).argmax(1) == y).sum() for moved in (blind, seeing)]
    assert left[1] < left[0] - 5
