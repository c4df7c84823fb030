"""A whole answer of somebody who had not seen the checks (script inheritance).

whole: yes
"""

"""Assignment 2."""
from __future__ import annotations
from collections.abc import Collection
from types import TracebackType
from typing import Any
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle
from course.metrics import evaluating
from course.monitor import record

import abc
import enum
import typing
from typing import Generic, TypeVar, TypedDict

T = TypeVar("T")


class Row(TypedDict):
    mean: float
    std: float
    min: float
    max: float
    zero_fraction: float
    shape: tuple[int, ...]


class Field(str, enum.Enum):
    MEAN = "mean"
    STD = "std"


def statistics(output: Tensor) -> Row:
    values: list[float] = output.detach().flatten().tolist()
    n = len(values)
    mean = sum(values) / n
    var = sum((v - mean) ** 2 for v in values) / (n - 1)
    return Row(mean=mean, std=var ** 0.5, min=min(values), max=max(values), zero_fraction=values.count(0.0) / n, shape=(*output.shape,))


class Walker(abc.ABC, Generic[T]):
    @abc.abstractmethod
    def visit(self, name: str, module: nn.Module) -> T | None: ...

    def walk(self, module: nn.Module, prefix: str = "") -> typing.Iterator[T]:
        if (found := self.visit(prefix, module)) is not None:
            yield found
        for name, child in module.named_children():
            yield from self.walk(child, f"{prefix}.{name}" if prefix else name)


class Leaves(Walker[tuple[str, nn.Module]]):
    def visit(self, name, module):
        return None if list(module.children()) else (name, module)


def watched_modules(model: nn.Module, layers: Collection[str] | None) -> dict[str, nn.Module]:
    if layers is None:
        return dict(Leaves().walk(model))  # never empty: a network without children is a leaf
    known = dict(model.named_modules())
    if not layers or any(name not in known for name in layers):
        raise ValueError(f"cannot watch {layers!r}")
    return {name: known[name] for name in layers}


class Hooks:
    def __init__(self) -> None:
        self.handles: list[RemovableHandle] = []

    def __exit__(self, *_: object) -> None:
        while self.handles:
            self.handles.pop().remove()


class ActivationMonitor(Hooks):
    def __init__(self, model: nn.Module, layers: Collection[str] | None = None) -> None:
        super().__init__()
        self.model = model
        self.layers = layers
        self.stats: dict[str, Row] = {}

    def __enter__(self) -> ActivationMonitor:
        self.stats.clear()
        watched = watched_modules(self.model, self.layers)
        self.handles.extend(m.register_forward_hook(self._hook(n)) for n, m in watched.items())
        return self

    def _hook(self, name: str) -> typing.Callable[..., None]:
        def hook(module: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> None:
            self.stats |= {name: statistics(output)}
        return hook

def activation_drift(model, clean, adversarial):
    if clean.shape != adversarial.shape or len(clean) == 0:
        raise ValueError("shapes")
    with evaluating(model), torch.no_grad():
        with record(model) as before:
            model(clean)
        with record(model) as after:
            model(adversarial)
    drift = {}
    for name in before:
        change = (after[name] - before[name]).flatten(1).norm(dim=1)
        drift[name] = (change / before[name].flatten(1).norm(dim=1).clamp(min=1e-12)).mean().item()
    return drift

if __name__ == "__main__":
    from course.models import build
    net = build("tiny-cnn")
    with ActivationMonitor(net) as monitor:
        net(torch.rand(2, 1, 28, 28))
    print(monitor.stats)
