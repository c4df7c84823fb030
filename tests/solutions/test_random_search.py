"""The attack without gradients: in bounds, repeatable, and not misled where gradients are."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from course.data import Dataset
from course.metrics import accuracy
from course.models import build
from course.training import fit, plain_recipe
from solutions.pgd import margin_loss, pgd
from solutions.random_search import random_search


@pytest.fixture(scope="module")
def victim(digits: Dataset) -> nn.Module:
    model = build("strided-cnn", seed=0)
    fit(model, digits.train.images, digits.train.labels, plain_recipe(4), progress=False)
    return model


def seeded(number: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(number)


def test_it_stays_within_the_budget_and_repeats(victim: nn.Module, digits: Dataset) -> None:
    test = digits.test[:30]
    found = random_search(victim, test.images, test.labels, 0.1, queries=40, generator=seeded())
    again = random_search(victim, test.images, test.labels, 0.1, queries=40, generator=seeded())
    other = random_search(victim, test.images, test.labels, 0.1, queries=40, generator=seeded(1))
    assert (found - test.images).abs().max() <= 0.1 + 1e-6
    assert (found.min() >= 0) & (found.max() <= 1)
    assert torch.equal(found, again)
    assert not torch.equal(found, other)


def test_more_queries_raise_every_margin(victim: nn.Module, digits: Dataset) -> None:
    """One query makes stripes; later changes stay only where the margin grew."""
    test = digits.test[:30]

    def margins(queries: int) -> Tensor:
        moved = random_search(
            victim, test.images, test.labels, 0.1, queries=queries, generator=seeded()
        )
        with torch.no_grad():
            return margin_loss(victim(moved), test.labels)

    first, last = margins(1), margins(60)
    assert (last >= first - 1e-4).all()
    assert last.mean() > first.mean() + 1


def test_rounded_inputs_mislead_gradients_and_not_the_search(
    victim: nn.Module, digits: Dataset
) -> None:
    class Rounded(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            logits: Tensor = victim((images * 8).round() / 8)
            return logits

    test = digits.test[:40]
    climbed = pgd(Rounded(), test.images, test.labels, 0.1, step_size=0.02, steps=10)
    searched = random_search(
        Rounded(), test.images, test.labels, 0.1, queries=150, generator=seeded()
    )
    left_by_gradients = accuracy(Rounded(), climbed, test.labels)
    assert accuracy(Rounded(), searched, test.labels) < left_by_gradients - 0.2


def test_colour_images_and_oblong_ones_are_searched_too() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 9, 3))
    images, labels = torch.rand(5, 3, 4, 9), torch.tensor([0, 1, 2, 0, 1])
    moved = random_search(model, images, labels, 0.2, queries=20, generator=seeded())
    assert moved.shape == images.shape
    assert not torch.equal(moved, images)


def test_no_query_is_no_search() -> None:
    with pytest.raises(ValueError, match="queries"):
        random_search(nn.Flatten(), torch.rand(1, 1, 1, 2), torch.tensor([0]), 0.1, queries=0)
