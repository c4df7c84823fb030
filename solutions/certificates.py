"""Proofs that no attack within epsilon changes an answer: interval bounds and linear bounds.

Two ways to bound the logits of a small network over all images within epsilon, the cheap one and
the tighter one; `solutions.verification` has the exact one. A network here is a chain of
convolutions padded with zeros, linear layers, ReLUs and `nn.Flatten`; interval bounds take
max-pooling too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.errors import InputError
from course.inputs import check_images, check_labels, check_size, fitting
from solutions.fgsm import check_attack

Bounds = tuple[Tensor, Tensor]
"""Lower and upper ends, two tensors of one shape."""


def box(images: Tensor, epsilon: float) -> Bounds:
    """Return the smallest and the largest value of each pixel within epsilon, kept in [0, 1].

    images (n, C, H, W) in [0, 1]; epsilon >= 0 in pixel units. Raises ValueError for others.
    """
    check_images(images)
    check_size(epsilon)
    epsilon = float(epsilon)
    return (images - epsilon).clamp(0, 1), (images + epsilon).clamp(0, 1)


def interval_bounds(layers: Iterable[nn.Module], low: Tensor, high: Tensor) -> Bounds:
    """Return bounds of the layers' output when each input is in [low, high].

    Interval bound propagation (Gowal et al. 2018). A linear map z = W x + b sends the middle of
    an interval to the middle, and the half-width r to |W| r. What never falls when its input
    rises, such as ReLU and max-pooling, sends the ends to the ends.

    low and high (n, ...) of one shape, low <= high. Differentiable. Raises TypeError for a layer
    of another kind, ValueError for other ends.
    """
    if low.shape != high.shape or not (low <= high).all():  # written so that NaN fails too
        raise InputError("interval bounds need low and high of one shape, with low <= high")
    low, high = low.clone(), high.clone()  # a ReLU may work in place
    # --8<-- [start:interval]
    for layer in layers:
        if isinstance(layer, nn.Linear | nn.Conv2d):
            middle, radius = layer((low + high) / 2), _absolute(layer, (high - low) / 2)
            low, high = middle - radius, middle + radius
        elif isinstance(layer, nn.ReLU | nn.MaxPool2d | nn.Flatten):
            low, high = layer(low), layer(high)
        else:
            raise TypeError(f"no interval bounds for {type(layer).__name__}")
    # --8<-- [end:interval]
    return low, high


def _absolute(layer: nn.Linear | nn.Conv2d, radius: Tensor) -> Tensor:
    """|W| r: the layer with the absolute values of its weights, and without its bias."""
    weight = layer.weight.abs()
    if isinstance(layer, nn.Linear):
        return F.linear(radius, weight)
    return F.conv2d(radius, weight, None, **_windows(layer))


def _windows(layer: nn.Conv2d) -> dict[str, Any]:
    """Where a convolution looks. Raises TypeError where it pads with anything but zeros."""
    if layer.padding_mode != "zeros":
        raise TypeError(f"no bounds for padding_mode={layer.padding_mode!r}: use 'zeros'")
    return {
        "stride": _pair(layer.stride),
        "padding": _pair(layer.padding),
        "dilation": _pair(layer.dilation),
        "groups": layer.groups,
    }


def _pair(value: int | str | tuple[int, ...]) -> tuple[int, int]:
    """A stride or a padding as two numbers."""
    if isinstance(value, str):
        raise TypeError(f"padding {value!r} is not bounded here: give it as a number")
    height, width = (value, value) if isinstance(value, int) else value
    return height, width


def interval_margins(
    model: nn.Sequential, images: Tensor, labels: Tensor, epsilon: float
) -> Tensor:
    """Return, per image and wrong class, a lower bound of the true logit's lead: (n, k).

    Over all images within epsilon; the true class's own entry is infinite. The last layer is
    bounded for each difference of two logits, which is tighter than the difference of two bounds.

    images (n, C, H, W) in [0, 1]; labels (n,); epsilon >= 0 in pixel units. Raises ValueError as
    `fgsm` does, and TypeError as `interval_bounds`.
    """
    check_attack(images, labels, epsilon)
    layers, last = without_last(model)
    with fitting(model, images):
        low, high = interval_bounds(layers, *box(images, epsilon))
    if low.shape[1:] != (last.in_features,):
        raise InputError(
            f"the last layer takes rows of {last.in_features} numbers and gets {tuple(low.shape)}; "
            f"put nn.Flatten before it"
        )
    lead, constant = _differences(last, labels)
    middle, radius = (low + high) / 2, (high - low) / 2
    bound = torch.einsum("nkd,nd->nk", lead, middle) + constant
    bound = bound - torch.einsum("nkd,nd->nk", lead.abs(), radius)
    return bound.masked_fill(F.one_hot(labels.long(), bound.shape[1]).bool(), math.inf)


def without_last(model: nn.Module) -> tuple[list[nn.Module], nn.Linear]:
    """All layers of a network but the last one, and that one, which must be linear.

    Raises TypeError for a network that is no nn.Sequential, or ends in another layer.
    """
    if not isinstance(model, nn.Sequential) or len(model) == 0:
        raise TypeError(
            f"bounds go through an nn.Sequential layer by layer; got {type(model).__name__}, whose "
            f"layers may run in any order"
        )
    *layers, last = model
    if not isinstance(last, nn.Linear):
        raise TypeError(f"the last layer must be linear, got {type(last).__name__}")
    return layers, last


def bias_of(layer: nn.Linear | nn.Conv2d) -> Tensor:
    """The bias of a layer, or zeros where it has none."""
    return layer.weight.new_zeros(len(layer.weight)) if layer.bias is None else layer.bias


def _differences(last: nn.Linear, labels: Tensor) -> Bounds:
    """Weights (n, k, d) and constants (n, k) of true logit minus each logit."""
    check_labels(labels, labels, last.out_features)
    truth, bias = labels.long(), bias_of(last)
    return last.weight[truth, None] - last.weight, bias[truth, None] - bias


# --- linear bounds --------------------------------------------------------------------------------


def linear_margins(model: nn.Sequential, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """Return the same lower bounds (n, k) as `interval_margins`, from a linear relaxation.

    CROWN (Zhang et al. 2018). A function of the logits is carried back to the pixels as one linear
    function below it: through linear layers exactly, through a ReLU by a line below or above it, as
    the sign of the coefficient needs. The box is used only at the pixels, so terms that cancel
    between layers do cancel. The bounds before each ReLU, which its lines need, are found in the
    same way.

    images (n, C, H, W) in [0, 1]; labels (n,); epsilon >= 0 in pixel units. Raises ValueError as
    `fgsm` does, and TypeError for a layer that is no convolution, linear layer, ReLU or flatten.
    """
    check_attack(images, labels, epsilon)
    layers, last = without_last(model)
    with torch.no_grad(), fitting(model, images):
        lead, constant = _differences(last, labels)
        before = relu_bounds(model, images, epsilon)
        bound = constant + _carried_back(layers, before, lead, images, box(images, epsilon))
    return bound.masked_fill(F.one_hot(labels.long(), bound.shape[1]).bool(), math.inf)


def relu_bounds(model: nn.Sequential, images: Tensor, epsilon: float) -> list[Bounds]:
    """Return bounds of the input of every ReLU, in order, over all images within epsilon.

    The tighter end of the interval bound and the linear bound, for each number.

    images (n, C, H, W) in [0, 1]; epsilon >= 0 in pixel units. Returns for each ReLU two tensors
    (n, ...) of the shape of its input. Raises ValueError for images or an epsilon in other units,
    and TypeError as `linear_margins`.
    """
    layers, _ = without_last(model)
    corners = box(images, epsilon)
    found: list[Bounds] = []
    with torch.no_grad(), fitting(model, images):
        for place, layer in enumerate(layers):
            if not isinstance(layer, nn.ReLU):
                continue
            low, high = interval_bounds(layers[:place], *corners)
            if found:  # before the first ReLU the interval is exact
                size = low[0].numel()
                unit = (
                    torch.eye(size, dtype=low.dtype, device=low.device)
                    .view(1, size, *low.shape[1:])
                    .expand(len(low), -1, *low.shape[1:])
                )
                below = _carried_back(layers[:place], found, unit, images, corners)
                above = -_carried_back(layers[:place], found, -unit, images, corners)
                low = torch.maximum(low, below.view_as(low))
                high = torch.minimum(high, above.view_as(high))
            found.append((low, high))
    return found


def _carried_back(
    layers: Sequence[nn.Module],
    before: Sequence[Bounds],
    coefficients: Tensor,
    images: Tensor,
    corners: Bounds,
) -> Tensor:
    """Lower bounds (n, m) of m linear functions (n, m, ...) of the layers' output.

    `before` holds the bounds of each ReLU's input.
    """
    shapes = [images.shape[1:]]
    for layer in layers:
        if isinstance(layer, nn.Linear) and len(shapes[-1]) != 1:
            raise TypeError("a linear layer must take one row per image: put nn.Flatten before it")
        shapes.append(layer(images.new_zeros(1, *shapes[-1])).shape[1:])
    if len(coefficients.shape) - 2 != len(shapes[-1]):
        raise TypeError("a linear layer must take one row per image: put nn.Flatten before it")
    waiting, constant = list(before), coefficients.new_zeros(coefficients.shape[:2])
    # --8<-- [start:linear]
    for layer, shape in zip(reversed(layers), reversed(shapes[:-1]), strict=True):
        if isinstance(layer, nn.Linear):
            constant = constant + coefficients @ bias_of(layer)
            coefficients = coefficients @ layer.weight
        elif isinstance(layer, nn.Conv2d):
            constant = constant + coefficients.sum(dim=(-2, -1)) @ bias_of(layer)
            coefficients = _transposed(layer, coefficients, shape)
        elif isinstance(layer, nn.Flatten):
            coefficients = coefficients.reshape(*coefficients.shape[:2], *shape)
        elif isinstance(layer, nn.ReLU):
            low, high = (end.unsqueeze(1) for end in waiting.pop())
            slope = high.clamp(min=0) / (high.clamp(min=0) - low.clamp(max=0)).clamp(min=1e-12)
            lower = (high > -low).to(slope)  # of all lines below, the one that loses less
            lower = torch.where((low < 0) & (high > 0), lower, slope)
            down = coefficients.clamp(max=0)  # where the function falls, the upper line counts
            constant = constant - (down * slope * low.clamp(max=0)).flatten(2).sum(dim=2)
            coefficients = coefficients.clamp(min=0) * lower + down * slope
        else:
            raise TypeError(f"no linear bounds for {type(layer).__name__}")
    # --8<-- [end:linear]
    middle, radius = (corners[0] + corners[1]) / 2, (corners[1] - corners[0]) / 2
    flat = coefficients.flatten(2)
    centre = torch.einsum("nmd,nd->nm", flat, middle.flatten(1))
    return constant + centre - torch.einsum("nmd,nd->nm", flat.abs(), radius.flatten(1))


def _transposed(layer: nn.Conv2d, coefficients: Tensor, shape: torch.Size) -> Tensor:
    """Coefficients (n, m, ...) of a convolution's output as those of its input."""
    n, m = coefficients.shape[:2]
    windows = _windows(layer)
    plain = F.conv_transpose2d(coefficients.flatten(0, 1), layer.weight, None, **windows)
    missing = (0, shape[2] - plain.shape[3], 0, shape[1] - plain.shape[2])
    return F.pad(plain, missing).view(n, m, *shape)
