"""Runs any attack over many images quickly."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from course.errors import InputError
from course.inputs import (
    check_count,
    check_images,
    check_labels,
    check_made,
    check_network,
    check_tensor,
)
from course.metrics import predict

BoundAttack = Callable[[nn.Module, Tensor, Tensor], Tensor]
"""attack(model, images, labels) -> adversarial images; its epsilon and steps are already chosen."""


def attack_in_batches(
    attack: BoundAttack, model: nn.Module, images: Tensor, labels: Tensor, *, batch_size: int = 64
) -> Tensor:
    """Run an attack over many images, and return the adversarial images in the same order.

    Gives the result of one call of attack(model, images, labels), up to rounding and the order of
    random draws, in less time. An iterative attack reads and writes each layer's output dozens of
    times, so batches are small enough to stay in the processor's cache, and convolutions run
    channels-last, the layout in which CPU kernels vectorise. That happens in a copy in eval mode:
    `model` itself is not touched, nor are images and labels, even by an attack in place.

    images (n, C, H, W) in [0, 1]; labels (n,). `benchmarks/attacks.py` measures the gain. Raises
    ValueError when there is nothing to attack, when the images are not in [0, 1] or there is not
    one label per image, when the attack does not return one image for each, when the model cannot
    be copied, and any error of the attack.
    """
    check_tensor(images, "images")
    if len(images) == 0:
        raise ValueError("need images to attack, got 0")
    batch_size = check_count(batch_size, "batch_size")
    check_images(images)
    check_labels(images, labels)
    with torch.inference_mode(False):  # in inference mode, the copy could not be attacked
        quick = channels_last_copy(model, images[:1])
        batches = zip(images.split(batch_size), labels.split(batch_size), strict=True)
        return torch.cat([_attacked(attack, quick, x, y) for x, y in batches])


def _attacked(attack: BoundAttack, model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    adversarial = attack(model, images.clone(), labels.clone())
    if not isinstance(adversarial, Tensor) or adversarial.shape != images.shape:
        found = getattr(adversarial, "shape", type(adversarial).__name__)
        raise InputError(
            f"the attack must return one image for each, of shape {tuple(images.shape)}; got "
            f"{tuple(found) if isinstance(found, torch.Size) else found}"
        )
    return adversarial.contiguous()


def channels_last_copy(model: nn.Module, image: Tensor) -> nn.Module:
    """A copy in eval mode, channels-last where the model can run that way.

    image (1, C, H, W) in [0, 1]: the copy is tried on it. The model itself is left as it was.
    Raises InputError for a model that cannot be copied.
    """
    check_network(model)
    check_made(model)
    try:
        quick = copy.deepcopy(model, _activations_kept(model)).eval()
    except (TypeError, RuntimeError) as error:
        raise InputError(
            f"{type(model).__name__} cannot be copied, and many images are attacked in a copy of "
            f"it ({error}); keep files, locks and other open things outside of the network"
        ) from error
    for weight in quick.parameters():  # not `quick.requires_grad_`, which traced networks lack
        weight.detach_()
    filters = [weight for weight in quick.parameters() if weight.ndim == 4]
    try:
        # Not `contiguous`, which leaves filters of one input channel as they are: for them the two
        # layouts are the same, and the next layers choose a layout by the strides.
        for weight in filters:
            weight.data = weight.data.clone(memory_format=torch.channels_last)
        predict(quick, image)
    except RuntimeError:  # `x.view(n, -1)` after a convolution needs the usual layout
        for weight in filters:
            weight.data = weight.data.clone(memory_format=torch.contiguous_format)
    return quick


def _activations_kept(model: nn.Module) -> dict[int, Any]:
    """Replacements, for `copy.deepcopy`, of activations that modules store as attributes.

    Those are part of a graph, which PyTorch refuses to copy, so the copy gets them without it.
    """
    kept: dict[int, Any] = {}
    seen: dict[int, Any] = {}  # keeps each value alive, so that no id is used twice
    # Submodules are visited on their own.
    waiting: list[Any] = [{**vars(module), "_modules": None} for module in model.modules()]
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, type | FunctionType | ModuleType):
            continue
        seen[id(value)] = value
        if isinstance(value, Tensor):
            if not value.is_leaf:
                kept[id(value)] = value.detach().clone()
        elif isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, list | tuple | set | frozenset | deque):
            waiting += value
        elif hasattr(value, "__dict__"):
            waiting += vars(value).values()
    return kept
