"""Checks of the arguments of attacks, trainings and measurements; each error names a remedy.

A number in another unit causes no error by itself: an epsilon of 8 on images in [0,1] allows every
change, and normalised images can be attacked, clamped and measured. So every function of the
library that depends on the units checks its arguments here first.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Real
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from course.errors import CourseError, InputError, NotANumberError

TOLERANCE = 1e-6
"""How far a pixel may lie outside [0,1]: so far does rounding carry it, back from other units."""


OTHER_SHAPE = (
    "channels, but got",
    "shapes cannot be multiplied",
    "Kernel size can't be greater",
    "Output size is too small",
)
"""What PyTorch says of images of a shape that a network does not take."""


def chosen_device(name: str) -> torch.device:
    """The device of this name, such as `cpu`, `cuda`, `cuda:1` or `mps`.

    Raises CourseError for another name, and where PyTorch finds no such device here. No device is
    chosen by default, so that the same command computes the same everywhere.
    """
    kind, _, number = name.partition(":")
    found = {
        "cpu": 1,
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
    }
    if kind not in found or name.endswith(":") or (number and not number.isdecimal()):
        raise CourseError(f"no device is called {name!r}: there are cpu, cuda, cuda:1 and mps")
    if int(number or 0) >= found[kind]:
        raise CourseError(
            f"PyTorch {torch.__version__} finds no {name} here; leave --device out to compute on "
            "the processor"
        )
    return torch.device(name)


def check_tensor(values: Any, name: str) -> None:
    """Refuse what is no tensor, or one whose numbers cannot be read one by one.

    A list or an array has other methods; a sparse tensor lacks most, and one on the device `meta`
    has no numbers. Raises InputError, which calls the values by `name`.
    """
    if not isinstance(values, Tensor):
        raise InputError(
            f"{name} must be a tensor, got a {type(values).__name__}; use `torch.as_tensor`"
        )
    if values.is_meta:
        raise InputError(
            f"{name} on the device `meta` have a shape and no values; make them on `cpu`"
        )
    if values.layout != torch.strided:
        raise InputError(f"{name} must be dense, got {values.layout}; use `{name}.to_dense()`")


def check_images(images: Tensor, name: str = "images") -> None:
    """Refuse images (N, C, H, W) that are not in pixel units: float32 or float64 in [0,1].

    A rounding error of `TOLERANCE` outside [0,1] passes, and so does an empty batch. Raises
    InputError, which calls the images by `name` and says what to do.
    """
    check_tensor(images, name)
    if images.ndim == 3:
        raise InputError(
            f"{name} must have shape (N, C, H, W), got {tuple(images.shape)}; write "
            f"`images.unsqueeze(0)` for one image, `images.unsqueeze(1)` for grey ones"
        )
    _check_pixels(images, name)


def check_image(image: Tensor) -> None:
    """Refuse what is not one image (C, H, W) in pixel units. Raises InputError."""
    check_tensor(image, "the image's pixels")
    if image.ndim != 3:
        raise InputError(f"give one image (C, H, W), got shape {tuple(image.shape)}")
    _check_pixels(image, "the image's pixels")


def _check_pixels(images: Tensor, name: str) -> None:
    if not images.is_floating_point():
        raise InputError(
            f"{name} must be float32 in [0,1], got {images.dtype}; divide bytes by 255, as in "
            f"`images.float() / 255`"
        )
    if images.dtype in (torch.float16, torch.bfloat16):
        raise InputError(
            f"{name} must be float32 in [0,1], got {images.dtype}, which rounds pixels so coarsely "
            f"that no epsilon is kept; use `images.float()`, and `torch.autocast` to save time"
        )
    if images.numel() == 0:
        return
    low, high = (end.item() for end in images.detach().aminmax())
    if math.isnan(low):
        raise InputError(
            f"{name} must lie in [0,1]; these go from nan to nan: find the division by 0 or the "
            f"overflow that made the NaN"
        )
    if low < -TOLERANCE or high > 1 + TOLERANCE:
        raise InputError(
            f"{name} must lie in [0,1]; these go from {low:.4g} to {high:.4g}. Divide bytes by "
            f"255, and leave normalisation to the network (`build(..., normalize=...)`, or "
            f"`nn.Sequential(Normalize(mean, std), network)`)"
        )


def check_labels(images: Tensor, labels: Tensor, classes: int | None = None) -> None:
    """Refuse labels unless they are (N,), one class per image, as whole numbers from 0 on.

    classes: how many there are, where that is known: labels are below it. PyTorch's cross-entropy
    ignores the label -100 without a warning. Raises InputError.
    """
    check_tensor(labels, "labels")
    if labels.shape != images.shape[:1]:
        raise InputError(
            f"need one label per image, got {len(images)} images and labels of shape "
            f"{tuple(labels.shape)}"
        )
    if labels.dtype not in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8):
        raise InputError(f"labels must be int64 classes, got {labels.dtype}; use `labels.long()`")
    if labels.numel() and labels.min() < 0:
        raise InputError(
            f"labels must be classes from 0 on, got {labels.min().item()}; leave out images "
            f"without a class"
        )
    if classes is not None and labels.numel() and labels.max() >= classes:
        raise InputError(
            f"labels must be classes from 0 to {classes - 1}, as the network has {classes} logits; "
            f"got {labels.max().item()}"
        )


def check_size(size: float, name: str = "epsilon", *, largest: float = 1.0) -> None:
    """Refuse a size of a change that is not in pixel units: a finite number from 0 to `largest`.

    largest: the size that takes any image to any other, so that more has no meaning. It is 1 for
    one pixel, and the square root of the number of values for the Euclidean length of a whole
    image. Raises InputError, which calls the size by `name`.
    """
    if isinstance(size, Tensor) and size.numel() != 1:
        raise InputError(
            f"{name} must be one number for all images, got a tensor of shape "
            f"{tuple(size.shape)}; call once for each {name}"
        )
    if isinstance(size, Tensor):
        size = size.item()
    if not isinstance(size, Real) or isinstance(size, bool):
        raise InputError(
            f"{name} must be one number in pixel units, got a {type(size).__name__}: {size!r}"
        )
    if not (size >= 0 and math.isfinite(size)):  # written so that NaN fails too
        raise InputError(f"{name} must be a number >= 0 in pixel units, got {size}")
    if size > largest + TOLERANCE:
        raise InputError(
            f"{name} must be in pixel units, where {largest:g} takes any image to any other; got "
            f"{size:g}. For images in [0,1] write {size:g}/255 where {size:g} of 255 grey levels "
            f"are meant, and multiply by the std what is meant for normalised images"
        )


def check_count(value: Any, name: str, least: int = 1) -> int:
    """The count as an int; whole numbers of NumPy and PyTorch are counts too.

    Raises InputError, which calls the count by `name`, for what is no whole number of at least
    `least`: 2.5 steps, a batch of 64.0, `True`.
    """
    if (count := _whole(value)) is None or count < least:
        raise InputError(f"{name} must be a whole number >= {least}, got {value!r}")
    return count


def check_seed(seed: Any, *, least: int = -(2**63), most: int = 2**64 - 1) -> int:
    """The seed as an int. Raises InputError unless it is a whole number in this range."""
    if (number := _whole(seed)) is None or not least <= number <= most:
        raise InputError(f"a seed must be a whole number from {least} to {most}, got {seed!r}")
    return number


def _whole(value: Any) -> int | None:
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:  # a fraction, a float, or no number
        return None


def check_network(model: Any) -> None:
    """Refuse a function in place of a network, which has no modes to put back.

    Raises InputError.
    """
    if not isinstance(model, nn.Module):
        raise InputError(
            f"the network must be an nn.Module, got a {type(model).__name__}; put a function into "
            f"the `forward` of a module"
        )


def check_made_outside(model: nn.Module) -> None:
    """Refuse weights made in `torch.inference_mode`, and lazy ones that are not made yet.

    No gradient goes through them. Raises InputError.
    """
    check_made(model)
    if any(weight.is_inference() for weight in model.parameters()):
        raise InputError(
            "this network was made inside `torch.inference_mode()`, and through such weights no "
            "gradient goes: they cannot learn or be attacked; make it outside of that block"
        )


def check_made(model: nn.Module) -> None:
    """Refuse a network with lazy layers that have not seen an image. Raises InputError."""
    if any(is_lazy(weight) for weight in model.parameters()):
        raise InputError(
            f"{type(model).__name__} has lazy layers, whose weights are made by the first images; "
            f"run `model(images[:1])` once before"
        )


def check_answer(logits: Tensor, images: Tensor | None = None) -> None:
    """Refuse what is no logits (N, num_classes): no tensor, another shape, whole numbers.

    Of logits (N, K, 1, 1) or (N,) `argmax` and `==` would make something else than one answer per
    image. `images` (N, ...) are what the network was asked about. Raises InputError.
    """
    if not isinstance(logits, Tensor):
        raise InputError(
            f"the network answers a {type(logits).__name__} instead of a tensor of logits "
            f"(n, k); wrap it in a module that returns the logits"
        )
    if logits.ndim != 2 or (images is not None and len(logits) != len(images)):
        expected = "(n, k)" if images is None else f"({len(images)}, k)"
        raise InputError(
            f"the network answers logits of shape {tuple(logits.shape)}, expected {expected}: one "
            f"row per image, one column per class; where sides of length 1 are left over, use "
            f"`nn.Flatten()` at its end"
        )
    if not logits.is_floating_point():
        raise InputError(
            f"the network answers {logits.dtype}, expected logits of floating point; return them "
            f"before `argmax`"
        )


def check_logits(logits: Tensor, images: Tensor | None = None) -> None:
    """Refuse logits (N, num_classes) that `check_answer` refuses, and such that hold a NaN.

    `argmax` would answer with the place of the first NaN, as if it were a class. Raises
    InputError, and NotANumberError for NaN.
    """
    check_answer(logits, images)
    if logits.isnan().any():
        image = int(logits.isnan().any(dim=1).nonzero()[0])
        raise NotANumberError(
            f"the network answers NaN to image {image} of its batch, which is no class; look for "
            f"weights that are NaN or very large (a diverged training) or a division by 0 in it"
        )


def check_differentiable(logits: Tensor) -> None:
    """Refuse logits (N, num_classes) that no gradient leads through, though the images ask for one.

    Raises InputError.
    """
    if torch.is_grad_enabled() and not logits.requires_grad:
        raise InputError(
            "no gradient leads from the network's answer to its images; look in its `forward` for "
            "`torch.no_grad`, `detach`, `argmax` or NumPy, or attack it without gradients"
        )


def check_gradient(gradient: Tensor) -> None:
    """Refuse a gradient (N, ...) that holds a NaN: its sign is 0, and the attack stands still.

    Raises NotANumberError.
    """
    if gradient.isnan().any():
        image = int(gradient.isnan().flatten(1).any(dim=1).nonzero()[0])
        raise NotANumberError(
            f"the gradient for image {image} of its batch holds NaN, so it shows no direction; "
            f"look for the square root or logarithm of 0, or logits that are infinite"
        )


def check_finite(images: Tensor) -> None:
    """Refuse images (N, C, H, W) that hold a NaN or an infinity, in any units.

    Raises NotANumberError.
    """
    if not images.isfinite().all():
        raise NotANumberError(
            "the images hold a NaN or an infinity, so no answer to them counts; find the division "
            "by 0 or overflow in what made them"
        )


@contextmanager
def fitting(model: nn.Module, images: Tensor) -> Iterator[None]:
    """Run a network on images (N, C, H, W) inside; say clearly where it does not take them.

    Raises InputError where PyTorch ends in a RuntimeError because the two differ in the type of
    numbers, the device, or the shape of an image. Other errors pass unchanged.
    """
    try:
        yield
    except RuntimeError as error:
        if (clear := _misfit(error, model, images)) is None:
            raise
        raise clear from error


def _misfit(error: RuntimeError, model: nn.Module, images: Tensor) -> InputError | None:
    weights = [each for each in model.parameters() if not is_lazy(each)]
    weight = next((each for each in weights if each.is_floating_point()), None)
    if weight is not None and weight.is_meta:
        return InputError(
            f"the images are on {images.device} and the network is on meta, where weights have no "
            f"values; build it on {images.device}, and load its weights there"
        )
    if weight is not None and weight.device != images.device:
        return InputError(
            f"the images are on {images.device} and the network is on {weight.device}; move "
            f"it with `model.to(images.device)`"
        )
    if weight is not None and weight.dtype != images.dtype:
        kind = str(weight.dtype).removeprefix("torch.")
        return InputError(
            f"the images are {images.dtype} and the network's weights are {weight.dtype}; use "
            f"`images.to(torch.{kind})`, or change the network with `model.to(images.dtype)`"
        )
    if any(words in str(error) for words in OTHER_SHAPE):
        return InputError(
            f"{type(model).__name__} does not take images of shape {tuple(images.shape[1:])}, "
            f"(channels, height, width): {error}"
        )
    return None
