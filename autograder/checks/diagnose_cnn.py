"""Which known mistake a wrong network, training or accuracy looks like, by measurement."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

Shape = tuple[int, ...]


def other_layers(found: Sequence[Shape], expected: Sequence[Shape]) -> str:
    """What the shapes of the weights say about the layers."""
    if not found:
        return "no parameters: the layers are not attributes of the module, or hidden in a list"
    if len(found) < len(expected) and {s for s in expected if len(s) > 1} <= set(found):
        return "some layers have no bias"
    flattened = [shape for shape in found if len(shape) == 2]
    wanted = next(shape for shape in expected if len(shape) == 2)
    if len(flattened) == 1 and flattened[0][0] == wanted[0] and flattened[0] != wanted:
        inputs = flattened[0][1]
        return (
            f"the linear layer reads {inputs} numbers instead of {wanted[1]}: padding was added, "
            "or a pooling is missing"
        )
    if len(flattened) > 1:
        return "there is more than one linear layer"
    if any(len(shape) == 4 and shape[-1] != 5 for shape in found):
        return "a kernel that is not 5x5"
    return ""


def other_network(logits: Tensor, weights: Sequence[Tensor], images: Tensor) -> str:
    """Which variant of the network gives these logits with these weights."""
    for name, variant in VARIANTS.items():
        with torch.no_grad():
            if torch.allclose(variant(images, *weights), logits.float(), atol=1e-3):
                return name
    return ""


def network(
    images: Tensor,
    *weights: Tensor,
    first: Callable[[Tensor], Tensor] = F.relu,
    second: Callable[[Tensor], Tensor] = F.relu,
    pool: Callable[[Tensor, int], Tensor] = F.max_pool2d,
    last: Callable[[Tensor], Tensor] = lambda x: x,
) -> Tensor:
    """The architecture of the assignment, with one piece exchanged."""
    w1, b1, w2, b2, w3, b3 = weights
    x = pool(first(F.conv2d(images, w1, b1)), 2)
    x = pool(second(F.conv2d(x, w2, b2)), 2)
    return last(F.linear(x.flatten(1), w3, b3))


def nothing(x: Tensor) -> Tensor:
    """Stands for a missing activation."""
    return x


VARIANTS: dict[str, Callable[..., Tensor]] = {
    "a softmax at the end: return the logits, cross-entropy applies it": lambda x, *w: network(
        x, *w, last=lambda z: F.softmax(z, dim=1)
    ),
    "a log_softmax at the end: return the logits": lambda x, *w: network(
        x, *w, last=lambda z: F.log_softmax(z, dim=1)
    ),
    "a ReLU after the last layer: logits may be negative": lambda x, *w: network(
        x, *w, last=F.relu
    ),
    "both ReLUs are missing": lambda x, *w: network(x, *w, first=nothing, second=nothing),
    "the ReLU after the first convolution is missing": lambda x, *w: network(x, *w, first=nothing),
    "the ReLU after the second convolution is missing": lambda x, *w: network(
        x, *w, second=nothing
    ),
    "average pooling in place of max pooling": lambda x, *w: network(x, *w, pool=F.avg_pool2d),
    "sigmoids in place of the ReLUs": lambda x, *w: network(
        x, *w, first=torch.sigmoid, second=torch.sigmoid
    ),
    "tanh in place of the ReLUs": lambda x, *w: network(x, *w, first=torch.tanh, second=torch.tanh),
}


def slow_learning(accuracy: float, classes: int) -> str:
    """Why a trained network may not be good enough."""
    if accuracy < 2 / classes:
        return (
            "it is about as good as guessing: no step is taken, the learning rate is far off, "
            "or labels and images were shuffled apart"
        )
    return "it learns too slowly: gradients that add up, a learning rate that is off, or one batch"


def other_loss(found: float, right: float, count: int) -> str:
    """Which other loss was reported."""
    if abs(found / right - count) < 0.05 * count:
        return "this is the sum over the images, not the mean"
    if abs(found / right - 1 / count) < 0.05 / count:
        return "the mean was divided by the number of images once more"
    if found < right:
        return "this is the loss after the step, or of something else"
    return ""


def other_accuracy(found: float, right: float, count: int) -> str:
    """Which other number was returned."""
    if abs(found - 100 * right) < 1e-3 and right > 0:
        return "this is a percentage; a fraction is asked for"
    if abs(found - right * count) < 1e-3 and right > 0:
        return "this is the count, not the fraction"
    if abs(found - (1 - right)) < 1e-4:
        return "this is the error rate, 1 - accuracy"
    return ""
