"""The machine's limit: the time that an attack or a training needs if only its products count.

A network's work is almost all multiplying and adding, and a product of two large matrices is where
a machine does that fastest. So the operations of a run, divided by the rate of such a product, are
a time that no run on this machine gets below. What is above it goes to layers that wait for memory
and to layers, such as ReLU, that multiply nothing; `layer_costs` shows which.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from machine import precisions, wait_for
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

SIDE = 2048  # of the matrices: 48 MB in float32, more than a layer's share of any cache


@dataclass(frozen=True)
class LayerCost:
    """What one layer costs, forward and backward: seconds, and operations."""

    seconds: float
    operations: int


def product_rate(device: torch.device, dtype: torch.dtype, side: int = SIDE) -> float:
    """Operations a second in the best of three products of two square matrices.

    A multiplication and an addition are two operations.
    """
    left, right = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    seconds = [seconds_of(lambda: left @ right, device) for _ in range(3)]
    return 2 * side**3 / min(seconds)


def keep_best_rates(rates: dict[str, float], device: torch.device) -> None:
    """Measure `product_rate` in each precision of the device once more, and keep the best."""
    for name, dtype in precisions(device).items():
        rates[name] = max(rates.get(name, 0.0), product_rate(device, dtype))


def seconds_of(action: Callable[[], object], device: torch.device) -> float:
    wait_for(device)
    start = time.perf_counter()
    action()
    wait_for(device)
    return time.perf_counter() - start


def operations(action: Callable[[], object]) -> int:
    """Multiplications and additions in all products and convolutions of an action."""
    with FlopCounterMode(display=False) as counter:
        action()
    return counter.get_total_flops()


def share_of_limit(work: float, rate: float, seconds: float) -> float:
    """How much of the machine's limit a run reaches, from 0 to 1."""
    return work / rate / seconds


def layer_costs(
    model: nn.Module, images: Tensor, *, training: bool, bfloat16: bool = False, repeats: int = 20
) -> dict[str, LayerCost]:
    """What each layer of a chain of layers costs on these images; medians of the seconds.

    An attack needs gradients of every layer's input; a training those of the weights too, but none
    of the images. training: which of the two is measured.
    """
    costs = {}
    x, device, weights_before = images, images.device, False
    with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
        for name, layer in model.named_children():
            weights = [weight for weight in layer.parameters() if training]
            x = x.detach().requires_grad_(not training or weights_before)
            once = partial(forward_and_backward, layer, x, weights)
            work = operations(once)
            seconds = statistics.median(seconds_of(once, device) for _ in range(repeats))
            costs[name] = LayerCost(seconds, work)
            x, weights_before = layer(x), weights_before or bool(weights)
    return costs


def forward_and_backward(layer: nn.Module, x: Tensor, weights: list[nn.Parameter]) -> None:
    answer = layer.forward(x)  # the counter of operations hooks into calls, and wants no leaves
    wanted = [each for each in (x, *weights) if each.requires_grad]
    if wanted:
        torch.autograd.grad(answer, wanted, torch.ones_like(answer))
