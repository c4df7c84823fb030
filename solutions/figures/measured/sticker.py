"""Measurements of a printed sticker on road signs, seen by the simulated camera of the signs.

Stickers are optimised for one network, once as a file and once averaged over views and lights.
Then they are printed on signs that the network has not seen, and photographed: perspective, light,
weather, lens and sensor are those of `course.signs`. `course figures --measure sticker` computes
it, and stores the numbers in `solutions/results/`, from which `solutions.figures.sticker` draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from course.budget import budget
from course.data import Split, load
from course.metrics import predict
from course.models import build
from course.signs.profile import TEST, TRAIN
from course.signs.sampling import World
from course.signs.sticker import Sticker, views
from course.training import fit, plain_recipe
from solutions.extensions.patch import photograph, train_sticker
from solutions.figures.measured.physical import counts

PROFILE = "signs"
NETWORK = "strided-cnn"
TARGET, SIZE, HALF, STEPS, IMAGES = 5, 12, 0.45, 60, 128
# How hard the camera makes it; the network has learned at the second.
CAMERAS = {"from the front, a clear day": 0.0, "as in training": 0.6, "hard": 1.0}
PASTED = "pasted into the file"
SHOWN = 0  # the class of the signs that are shown
COLUMNS = 3


def measure(*, steps: int = STEPS, epochs: int | None = None, images: int = 500) -> dict[str, Any]:
    """Optimise two stickers and count their effects, beside no sticker and a random one.

    Rates are fractions of the photographs of signs that are not of the target class.
    """
    data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
    model = build(NETWORK, seed=0, in_channels=3, image_size=TRAIN.size)
    recipe = plain_recipe(epochs or budget(PROFILE).cnn_epochs, seed=0)
    fit(model, data.train.images, data.train.labels, recipe, progress=False)
    stickers = _stickers(model, steps)
    rates: dict[str, dict[str, dict[str, float]]] = {name: {} for name in (PASTED, *CAMERAS)}
    for name, sticker in tqdm(stickers.items(), desc="stickers"):
        rates[PASTED][name] = _counted(model, _pasted(TEST, images, sticker))
        for camera, difficulty in CAMERAS.items():
            world = replace(TEST, difficulty=difficulty)
            rates[camera][name] = _counted(model, _photographed(world, images, sticker))
    return {
        "about": {
            "command": "course figures --measure sticker",
            "profile": PROFILE,
            "network": NETWORK,
            "images": len(_without_target(*TEST.draw(images))),
            "target": data.classes[TARGET],
            "dots": SIZE,
            "share": HALF,
            "learned_on": IMAGES,
        },
        "rates": rates,
        "shown": _shown(model, stickers, data.classes),
    }


def _stickers(model: nn.Module, steps: int) -> dict[str, Tensor | None]:
    """No sticker, random dots, and two that are optimised on photographs of training."""
    images, labels = TRAIN.draw(IMAGES)
    at = (labels != TARGET).nonzero().flatten()
    images, channels = images[at], images.shape[1]
    ways = {
        "made for the file": _flat(len(at), channels),
        "made for many views": (
            TRAIN.views(IMAGES)[at],
            views(IMAGES, channels=channels, seed=1)[1][at],
        ),
    }
    generator = torch.Generator().manual_seed(1)
    random = torch.rand(channels, SIZE, SIZE, generator=generator).round()
    found: dict[str, Tensor | None] = {"no sticker": None, "random dots": random}
    for name, (maps, lights) in ways.items():
        found[name] = train_sticker(
            model, images, maps, lights, TARGET, size=SIZE, half=HALF, steps=steps
        )
    return found


def _flat(count: int, channels: int) -> tuple[Tensor, Tensor]:
    """The view and light in which a sticker is pasted into a file: straight, and as it is."""
    return views(1, difficulty=0)[0].expand(count, 3, 3), torch.ones(count, channels)


def _without_target(images: Tensor, labels: Tensor) -> Split:
    kept = labels != TARGET
    return Split(images[kept], labels[kept])


def _pasted(world: World, count: int, sticker: Tensor | None) -> Split:
    """Photographs into whose files the sticker is pasted afterwards."""
    plain = _without_target(*world.draw(count))
    if sticker is None:
        return plain
    flat = _flat(len(plain), len(sticker))
    return Split(photograph(sticker, plain.images, *flat, HALF), plain.labels)


def _photographed(world: World, count: int, sticker: Tensor | None) -> Split:
    """Photographs of signs that bear the printed sticker."""
    printed = None if sticker is None else Sticker(sticker, HALF)
    return _without_target(*world.draw(count, sticker=printed))


def _counted(model: nn.Module, photographs: Split) -> dict[str, float]:
    return counts(model, photographs.images, photographs.labels, TARGET)


def _shown(
    model: nn.Module, stickers: Mapping[str, Tensor | None], classes: tuple[str, ...]
) -> dict[str, Any]:
    """The first photographs of one sign, a row for each sticker, as bytes; and what was read."""
    at = torch.from_numpy(TEST.labels(200) == SHOWN).nonzero().flatten()[:COLUMNS]
    rows = {}
    for name, sticker in stickers.items():
        printed = None if sticker is None else Sticker(sticker, HALF)
        images = TEST.draw(200, sticker=printed)[0][at]
        answers = predict(model, images).argmax(dim=1).tolist()
        rows[name] = {
            "pixels": (255 * images).round().to(torch.uint8).flatten(1).tolist(),
            "answers": [classes[answer] for answer in answers],
        }
    return {"sign": classes[SHOWN], "rows": rows}
