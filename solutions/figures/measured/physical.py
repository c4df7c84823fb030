"""Measurements for the lecture beyond digits: a simulated sticker, and its controls.

A sticker is optimised for one network, put on digits, and photographed by a simulated camera. No
paint, print or lens is involved: `course figures --measure physical` computes it all, and stores
the numbers in `solutions/results/`, from which `solutions.figures.physical` draws.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from course.budget import budget
from course.data import Split, load
from course.metrics import predict
from course.models import build
from course.training import fit, plain_recipe
from solutions.extensions.patch import apply_patch, train_patch

PROFILE = "digits"
NETWORK = "strided-cnn"
TARGET, SIZE, STEPS, WOBBLE = 8, 9, 120, 2
BLUR = 3  # pixels that one cell of the coarse camera averages, in each direction
LIGHT = (0.6, 1.0)  # the darkest and the brightest light
SHOWN = (0, 3, 5)  # the first test image of each of these classes


def measure(*, steps: int = STEPS, epochs: int | None = None) -> dict[str, Any]:
    """Optimise a sticker and count its effects in four settings, beside two harmless ones.

    Rates are fractions of the test images that are not of the target class.
    """
    data = load(PROFILE)
    model = build(NETWORK, seed=0)
    recipe = plain_recipe(epochs or budget(PROFILE).cnn_epochs, seed=0)
    fit(model, data.train.images, data.train.labels, recipe, progress=False)
    chosen = (data.train.labels != TARGET).nonzero().flatten()[:256]
    sticker = train_patch(
        model, data.train.images[chosen], TARGET, SIZE, steps=steps, wobble=WOBBLE, seed=0
    )
    generator = torch.Generator().manual_seed(1)
    random = torch.rand(sticker.shape, generator=generator).round()
    stickers = {"no sticker": None, "random sticker": random, "optimised sticker": sticker}
    test = data.test[(data.test.labels != TARGET).nonzero().flatten()]
    settings = {
        "pasted into the file": _pasted,
        "other light": _in_other_light,
        "coarse camera": _by_coarse_camera,
        "both": lambda images, g: _by_coarse_camera(_in_other_light(images, g), g),
    }
    rates: dict[str, dict[str, dict[str, float]]] = {}
    for setting, photograph in tqdm(settings.items(), desc="stickers"):
        rates[setting] = {}
        for name, patch in stickers.items():
            places = torch.Generator().manual_seed(2)
            images = photograph(_stuck(test.images, patch, places), places)
            rates[setting][name] = counts(model, images, test.labels, TARGET)
    return {
        "about": {
            "command": "course figures --measure physical",
            "profile": PROFILE,
            "network": NETWORK,
            "images": len(test),
            "target": TARGET,
            "size": SIZE,
            "blur": BLUR,
            "light": list(LIGHT),
        },
        "rates": rates,
        "shown": _shown(model, test, stickers),
    }


def _stuck(images: Tensor, patch: Tensor | None, generator: torch.Generator) -> Tensor:
    """The images with the patch at a place of its own each, within `WOBBLE` of the middle."""
    middle = (images.shape[-1] - SIZE) // 2
    off = torch.randint(-WOBBLE, WOBBLE + 1, (2, len(images)), generator=generator)
    if patch is None:
        return images
    return apply_patch(patch, images, *(middle + off))


def _pasted(images: Tensor, generator: torch.Generator) -> Tensor:
    """The images of a file into which a sticker was pasted."""
    return images


def _in_other_light(images: Tensor, generator: torch.Generator) -> Tensor:
    """Every image in a light of its own, with a little noise of the sensor."""
    dim, bright = LIGHT
    light = dim + (bright - dim) * torch.rand((len(images), 1, 1, 1), generator=generator)
    noise = 0.02 * torch.randn(images.shape, generator=generator)
    return (light * images + noise).clamp(0, 1)


def _by_coarse_camera(images: Tensor, generator: torch.Generator) -> Tensor:
    """The images of a camera with cells that average over neighbouring pixels."""
    pad = BLUR // 2
    padded = F.pad(images, (pad, pad, pad, pad), mode="replicate")
    return F.avg_pool2d(padded, BLUR, stride=1)


def counts(model: nn.Module, images: Tensor, labels: Tensor, target: int) -> dict[str, float]:
    """Three shares of the answers: the target, any wrong answer, and the right one."""
    answers = predict(model, images).argmax(dim=1)
    shares = {
        "target": answers == target,
        "misread": answers != labels,
        "right": answers == labels,
    }
    return {name: round(where.double().mean().item(), 4) for name, where in shares.items()}


def _shown(model: nn.Module, test: Split, stickers: dict[str, Tensor | None]) -> dict[str, Any]:
    """A few test images under the random and the optimised sticker."""
    at = [int((test.labels == label).nonzero()[0]) for label in SHOWN]
    pixels, answers = [], []
    for name in ("random sticker", "optimised sticker"):
        places = torch.Generator().manual_seed(5)
        images = _stuck(test.images[at], stickers[name], places)
        pixels += (255 * images).round().to(torch.uint8).flatten(1).tolist()
        answers += predict(model, images).argmax(dim=1).tolist()
    return {"labels": list(SHOWN), "pixels": pixels, "answers": answers}
