"""Measurements for the lecture on training: learning rates, and learning by heart.

`course figures --measure training` runs it and stores the numbers in `solutions/results/`, from
which `solutions.figures.training` draws.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

from course.data import Split, load
from course.metrics import accuracy
from course.models import build
from course.training import fit, plain_recipe

PROFILE = "digits"
NETWORK = "strided-cnn"
RATES = (0.00005, 0.005, 0.1)
EPOCHS = 15
FEW, LONG = 60, 40  # training images and epochs of the network that learns by heart


def measure(*, epochs: int | None = None) -> dict[str, Any]:
    """Train with three learning rates, then on few images and on all; fractions, losses in nats."""
    data = load(PROFILE)
    rates = {}
    for rate in tqdm(RATES, desc="rates"):
        recipe = replace(plain_recipe(epochs or EPOCHS), learning_rate=rate)
        model = build(NETWORK, seed=0)
        history = fit(model, data.train.images, data.train.labels, recipe, progress=False)
        rates[f"{rate:g}"] = {
            "loss": [round(x, 4) for x in history.loss],
            "accuracy": [round(x, 4) for x in history.accuracy],
            "test": round(accuracy(model, data.test.images, data.test.labels), 4),
        }
    return {
        "about": {
            "command": "course figures --measure training",
            "profile": PROFILE,
            "network": NETWORK,
            "train_images": len(data.train),
            "test_images": len(data.test),
            "few": FEW,
        },
        "rates": rates,
        "by heart": _by_heart(data.train[torch.arange(FEW)], data.test, epochs or LONG),
    }


def _by_heart(few: Split, test: Split, epochs: int) -> dict[str, list[float]]:
    """Accuracy on the images trained on and on others, before training and after each epoch."""
    model: nn.Module = build(NETWORK, seed=0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    generator = torch.Generator().manual_seed(0)
    found: dict[str, list[float]] = {"training images": [], "test images": []}
    for epoch in range(epochs + 1):
        for name, split in (("training images", few), ("test images", test)):
            found[name].append(round(accuracy(model, split.images, split.labels), 4))
        if epoch == epochs:
            break
        for batch in torch.randperm(len(few), generator=generator).split(16):
            loss = F.cross_entropy(model(few.images[batch]), few.labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return found
