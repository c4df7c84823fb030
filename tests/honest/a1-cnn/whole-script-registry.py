"""A whole answer of somebody who had not seen the checks (script registry).

whole: yes
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from course.metrics import evaluating

import operator
from enum import Enum
from functools import cached_property, reduce
from typing import NamedTuple, Protocol


class Layer(Enum):
    CONV1 = nn.Conv2d, (1, 8, 5)
    RELU1 = nn.ReLU, ()
    POOL1 = nn.MaxPool2d, (2,)
    CONV2 = nn.Conv2d, (8, 16, 5)
    RELU2 = nn.ReLU, (), 2
    POOL2 = nn.MaxPool2d, (2,), 2
    FLAT = nn.Flatten, ()
    OUT = nn.Linear, (256, 10)

    def build(self): return self.value[0](*self.value[1])


class CNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        for layer in Layer:
            self.register_module(layer.name.lower(), layer.build())

    def forward(self, images: Tensor) -> Tensor:
        return reduce(lambda x, step: step(x), self.children(), images)


class Batch(NamedTuple):
    images: Tensor
    labels: Tensor


class Epochs:
    """An iterator over epochs, each an iterator over batches."""
    def __init__(self, images, labels, size, count, seed):
        self.images, self.labels, self.size, self.left = images, labels, size, count
        self.dice = torch.Generator().manual_seed(seed)
    def __iter__(self): return self
    def __next__(self):
        if not self.left: raise StopIteration
        self.left -= 1
        order = torch.rand(len(self.images), generator=self.dice).argsort()
        return (Batch(self.images[i], self.labels[i]) for i in order.split(self.size))


class Trainer:
    lr = 2e-3
    def __call__(self, model, images, labels, *, epochs, batch_size=64, seed=0):
        if labels.shape != images.shape[:1] or not len(labels): raise ValueError("images and labels do not fit")
        if epochs < 1 or batch_size < 1: raise ValueError("epochs and batch_size are at least 1")
        self.optimizer = torch.optim.Adam(model.parameters(), lr=self.lr, foreach=False)
        remembered = [(m, m.training) for m in model.modules()]
        try:
            for m, _ in remembered: m.training = True
            return [self.epoch(model, batches) / len(images) for batches in Epochs(images, labels, batch_size, epochs, seed)]
        finally:
            for m, mode in remembered: m.training = mode
    def epoch(self, model, batches):
        total = 0.0
        for x, y in batches:
            logits = model(x)
            loss = logits.logsumexp(1).sub(logits[torch.arange(len(y)), y]).mean()
            self.optimizer.zero_grad(); loss.backward(); self.optimizer.step()
            total += loss.item() * len(y)
        return total


train = Trainer()


class Accuracy(nn.Module):
    def forward(self, model, images, labels):
        if labels.shape != images.shape[:1] or not len(labels): raise ValueError("images and labels do not fit")
        with evaluating(model), torch.no_grad():
            hits = [torch.argmax(model(image[None])).item() == label for image, label in zip(images, labels.tolist())]
        return operator.truediv(hits.count(True), len(hits))


accuracy = Accuracy()
