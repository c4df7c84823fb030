"""The steps of two lectures' measurements: poisoned training images, values that change level."""

from __future__ import annotations

import torch

from course.data import Split
from solutions.figures.measured.other_ways import poisoned, with_square
from solutions.figures.measured.signs_bits import movable


def test_a_square_has_one_colour_and_changes_nothing_else() -> None:
    images = torch.full((2, 3, 8, 8), 0.5)
    marked = with_square(images, (2, 3), 4, (1.0, 0.5, 0.0))
    changed = (marked != images).any(dim=1)
    assert changed.sum().item() == 2 * 16
    assert changed[:, 2:6, 3:7].all()
    assert marked[0, :, 2, 3].tolist() == [1.0, 0.5, 0.0]


def test_poison_replaces_as_many_images_of_other_classes() -> None:
    train = Split(torch.zeros(20, 1, 4, 4), torch.arange(20) % 4)
    dirty = poisoned(train, torch.ones_like(train.images), target=1, count=6, seed=0)
    changed = dirty.images.amax(dim=(1, 2, 3)) == 1
    assert changed.sum().item() == 6
    assert (train.labels[changed] != 1).all()
    assert (dirty.labels[changed] == 1).all()
    assert torch.equal(dirty.labels[~changed], train.labels[~changed])
    assert train.images.sum() == 0, "the clean images are left as they were"


def test_values_change_level_within_epsilon_of_a_threshold() -> None:
    values = torch.tensor([0.0, 0.38, 0.42, 0.58, 0.62, 1.0])
    assert movable(values, 2, 0.1).tolist() == [False, False, True, True, False, False]
    assert movable(values, 256, 8 / 255).all()
