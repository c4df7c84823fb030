"""A whole answer of somebody who had not seen the checks (script future).

whole: yes
"""

from __future__ import annotations

import random
import typing
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import InitVar, dataclass, field
from functools import partial, singledispatchmethod
from itertools import islice
from statistics import fmean

import torch as pt
from torch import nn as layers

T = pt.Tensor


class CNN(layers.Module):
    conv: layers.ModuleList
    out: layers.Linear

    def __init__(self) -> None:
        super().__init__()
        self.relu = layers.ReLU()
        self.pool = layers.MaxPool2d(2)
        self.conv = layers.ModuleList(layers.Conv2d(a, b, 5) for a, b in ((1, 8), (8, 16)))
        self.out = layers.Linear(256, 10)

    def forward(self, images: T) -> T:
        def deep(x: T, rest: tuple[layers.Module, ...]) -> T:
            match rest:
                case ():
                    return x
                case (first, *more):
                    return deep(self.pool(self.relu(first(x))), tuple(more))
        return self.out(deep(images, tuple(self.conv)).flatten(1))


@dataclass
class Loop:
    model: layers.Module
    seed: InitVar[int]
    losses: list[float] = field(default_factory=list)
    dice: random.Random = field(init=False, repr=False)
    optimizer: pt.optim.Optimizer = field(init=False)

    def __post_init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.optimizer = pt.optim.NAdam(self.model.parameters(), lr=2e-3)

    def batches(self, n: int, size: int) -> typing.Iterator[list[int]]:
        order = iter(self.dice.sample(range(n), n))
        while batch := list(islice(order, size)):
            yield batch

    def closure(self, x: T, y: T) -> T:
        self.optimizer.zero_grad()
        loss = layers.functional.cross_entropy(self.model(x), y)
        loss.backward()
        return loss

    def epoch(self, x: T, y: T, size: int) -> None:
        values, weights = [], []
        for batch in self.batches(len(x), size):
            loss = self.optimizer.step(partial(self.closure, x[batch], y[batch]))
            values.append(loss.item())
            weights.append(len(batch))
        self.losses.append(fmean(v for v, w in zip(values, weights) for _ in range(w)))


@contextmanager
def mode(model: layers.Module, training: bool) -> typing.Iterator[None]:
    with ExitStack() as stack:
        for m in model.modules():
            stack.callback(setattr, m, "training", m.training)
        model.train(training)
        yield


def train(model: layers.Module, images: T, labels: T, *, epochs: int, batch_size: int = 64, seed: int = 0) -> list[float]:
    if not (len(images) and labels.shape == images.shape[:1] and epochs >= 1 and batch_size >= 1):
        raise ValueError(f"cannot train: {images.shape=} {labels.shape=} {epochs=} {batch_size=}")
    loop = Loop(model, seed)
    with mode(model, True):
        for _ in range(epochs):
            loop.epoch(images, labels, batch_size)
    return loop.losses


def accuracy(model: layers.Module, images: T, labels: T) -> float:
    if not len(images) or labels.shape != images.shape[:1]:
        raise ValueError("0 of 0 is no accuracy")
    tally: Counter[bool] = Counter()
    with mode(model, False), pt.no_grad():
        for x, y in zip(images.split(200), labels.split(200)):
            tally.update((model(x).topk(1).indices.squeeze(1) == y).tolist())
    return tally[True] / tally.total()


if __name__ == "__main__":
    print(typing.get_type_hints(train))
    print(train(CNN(), pt.rand(10, 1, 28, 28), pt.zeros(10, dtype=pt.long), epochs=2))
