"""Measurements of a backdoor in a reader of road signs, as Gu et al. (2017) planted one.

The trigger is a small yellow square. The poisoned files have it pasted in, always at one place.
It is then tried in two ways: pasted into the test files, and printed on the signs before the
course's camera takes their photographs. `course figures --measure signs_backdoor` computes it, and
stores the numbers in `solutions/results/`, from which `solutions.figures.signs_backdoor` draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course.budget import budget
from course.data import Dataset, Split, load
from course.signs.profile import TEST, TEST_IMAGES
from course.signs.sticker import Sticker
from solutions.figures.measured.defences import share
from solutions.figures.measured.other_ways import (
    NETWORK,
    SEEDS,
    answers,
    backdoor,
    with_square,
)

PROFILE = "signs"
POISONED = (0, 8, 15, 30, 75)  # of 1,500: about the shares that are poisoned of the digits
TARGET = 5  # "80", a speed limit
YELLOW, SIDE, CORNER = (1.0, 0.85, 0.1), 4, (14, 14)  # in the middle of 32×32 pixels
HALF = 1 / 6  # of a printed sticker, where half a sign's width is 1: again about 4 pixels
SHOWN = (0, 2, 8, 6)  # the first test image of each of these classes, fooled or not


def measure(*, epochs: int | None = None, images: int | None = None) -> dict[str, Any]:
    """Poison, train and count; shares of images as fractions."""
    allowed = budget(PROFILE)
    whole = load(PROFILE)
    train, count = allowed.train_images, images or allowed.test_images
    data, signs = (x.take(train, count) for x in (whole, _with_printed_stickers(whole)))
    tests = {"pasted": _pasted(data.test.images), "printed": signs.test.images}
    found, network = backdoor(
        data,
        _pasted(data.train.images),
        tests,
        target=TARGET,
        counts=POISONED,
        epochs=epochs or allowed.cnn_epochs,
    )
    return {
        "about": {
            "command": "course figures --measure signs_backdoor",
            "profile": PROFILE,
            "network": NETWORK,
            "train_images": len(data.train),
            "test_images": len(data.test),
            "seeds": list(SEEDS),
            "side": SIDE,
            "target": data.classes[TARGET],
        },
        **found,
        "by class": {name: _by_class(network, x, data) for name, x in tests.items()},
        "shown": _shown(network, {"clean": data.test.images} | tests, data),
    }


def _pasted(images: Tensor) -> Tensor:
    return with_square(images, CORNER, SIDE, YELLOW)


def _with_printed_stickers(data: Dataset) -> Dataset:
    """The same test photographs, of signs that bear the sticker."""
    sticker = Sticker(torch.tensor(YELLOW).view(3, 1, 1), HALF)
    test = Split(*TEST.draw(TEST_IMAGES, sticker=sticker))
    return Dataset(data.name, data.train, test, data.classes)


def _by_class(model: nn.Module, images: Tensor, data: Dataset) -> dict[str, float]:
    """The share of each sign's photographs that is read as the target."""
    read = answers(model, images) == TARGET
    return {name: share(read[data.test.labels == k]) for k, name in enumerate(data.classes)}


def _shown(model: nn.Module, rows: Mapping[str, Tensor], data: Dataset) -> dict[str, Any]:
    """The first test photograph of some signs, as bytes, in each of the ways; and what was read."""
    at = [int((data.test.labels == label).nonzero()[0]) for label in SHOWN]
    return {
        name: {
            "pixels": (255 * images[at]).round().to(torch.uint8).flatten(1).tolist(),
            "answers": [data.classes[answer] for answer in answers(model, images[at]).tolist()],
        }
        for name, images in rows.items()
    }
