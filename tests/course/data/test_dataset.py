"""A dataset: parts of it are spread over the classes, and its digest sees every change."""

import pytest
import torch

from course.data import Dataset, Split
from course.errors import CourseError


def tiny_dataset(counts: list[int]) -> Dataset:
    """A dataset with counts[c] images of class c; all values of an image are its number."""
    labels = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    images = torch.arange(len(labels)).div(len(labels)).reshape(-1, 1, 1, 1)
    split = Split(images, labels)
    return Dataset("tiny", split, split, tuple(f"class {c}" for c in range(len(counts))))


@pytest.mark.parametrize(
    ("counts", "taken", "expected"),
    [
        ([50, 50, 50], 30, [10, 10, 10]),
        ([2, 50, 50], 30, [2, 14, 14]),
        ([50, 50, 50], 1000, [50, 50, 50]),
    ],
)
def test_take_spreads_over_classes(counts: list[int], taken: int, expected: list[int]) -> None:
    dataset = tiny_dataset(counts).take(train=taken)
    assert dataset.train.labels.bincount().tolist() == expected
    assert len(dataset.train.images.unique()) == sum(expected)
    assert len(dataset.test) == sum(counts)


def test_take_keeps_images_with_their_labels() -> None:
    whole = tiny_dataset([20, 20]).train
    label_of = dict(zip(whole.images.flatten().tolist(), whole.labels.tolist(), strict=True))
    taken = tiny_dataset([20, 20]).take(train=11).train
    assert [label_of[value] for value in taken.images.flatten().tolist()] == taken.labels.tolist()


def test_take_is_decided_by_its_seed_alone() -> None:
    dataset = tiny_dataset([40, 40])
    first = dataset.take(train=20, seed=3)
    torch.manual_seed(99)
    assert first.sha256 == dataset.take(train=20, seed=3).sha256
    assert first.sha256 != dataset.take(train=20, seed=4).sha256
    fewer = dataset.take(train=7, seed=3)
    assert torch.equal(fewer.train.images, first.train.images[:7])


@pytest.mark.parametrize("count", [0, -3])
def test_take_refuses_fewer_than_one(count: int) -> None:
    with pytest.raises(CourseError, match=str(count)):
        tiny_dataset([5, 5]).take(test=count)


def test_sha256_sees_every_part() -> None:
    base = tiny_dataset([3, 3])
    pixel = Split(base.train.images + 0.001, base.train.labels)
    label = Split(base.train.images, base.train.labels.flip(0))
    changed = [
        Dataset("tiny", pixel, base.test, base.classes),
        Dataset("tiny", label, base.test, base.classes),
        Dataset("tiny", base.train, pixel, base.classes),
        Dataset("tiny", base.train, base.test, ("class 1", "class 0")),
    ]
    assert len({dataset.sha256 for dataset in [base, *changed]}) == 5
    assert tiny_dataset([3, 3]).sha256 == base.sha256
