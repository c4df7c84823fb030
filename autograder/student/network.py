"""A network that the judge owns and gives to a student's code: a recipe and its weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from autograder.errors import Malformed
from course import models


@dataclass(frozen=True)
class Network:
    """One of the course's networks, owned by the judge: how to build it, and its weights."""

    name: str
    options: dict[str, Any]
    module: nn.Module

    @property
    def weights(self) -> list[Tensor]:
        """The network's tensors, in the order in which they are sent and read back."""
        return list(self.module.state_dict().values())

    @classmethod
    def build(cls, name: str, seed: int, **options: Any) -> Network:
        """A freshly initialised network; the same seed gives the same weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(name, options, models.build(name, **options))

    def with_weights(self, weights: Sequence[Tensor]) -> Network:
        """The same architecture with other weights, checked one by one.

        Raises Malformed unless they are exactly this architecture's tensors, all finite.
        """
        fresh = Network.build(self.name, 0, **self.options)
        slots = fresh.weights
        if [t.shape for t in slots] != [t.shape for t in weights]:
            raise Malformed("the weights of the network that was handed out", "others")
        for slot, value in zip(slots, weights, strict=True):
            if slot.dtype != value.dtype or not torch.isfinite(value).all():
                raise Malformed(
                    "finite float32 weights",
                    f"{value.dtype} weights, {int((~torch.isfinite(value)).sum())} not finite",
                    cause="training diverged" if slot.dtype == value.dtype else "",
                    hint="A smaller learning rate usually helps; keep the network in float32.",
                )
            slot.copy_(value)
        return fresh


def same_weights(first: Sequence[Tensor], second: Sequence[Tensor]) -> bool:
    """Whether two networks' tensors, in one order, are equal bit for bit."""
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
