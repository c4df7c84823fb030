"""Checks of the arguments of attacks, trainings and measurements; each error names a remedy.

A number in another unit causes no error by itself: an epsilon of 8 on images in [0,1] allows every
change, and normalised images can be attacked, clamped and measured. So every function of the
library that depends on the units checks its arguments here first.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course.errors import CourseError, InputError, NotANumberError

TOLERANCE = 1e-6
"""How far a pixel may lie outside [0,1]: so far does rounding carry it, back from other units."""


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
    if kind not in found or (number and not number.isdecimal()):
        raise CourseError(f"no device is called {name!r}: there are cpu, cuda, cuda:1 and mps")
    if int(number or 0) >= found[kind]:
        raise CourseError(
            f"PyTorch {torch.__version__} finds no {name} here; leave --device out to compute on "
            "the processor"
        )
    return torch.device(name)


def check_images(images: Tensor, name: str = "images") -> None:
    """Refuse images (N, C, H, W) that are not in pixel units: float32 or float64 in [0,1].

    A rounding error of `TOLERANCE` outside [0,1] passes, and so does an empty batch. Raises
    InputError, which calls the images by `name` and says what to do.
    """
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


def check_labels(images: Tensor, labels: Tensor) -> None:
    """Refuse labels unless they are (N,), one class per image, as whole numbers from 0 on.

    PyTorch's cross-entropy ignores the label -100 without a warning. Raises InputError.
    """
    if labels.shape != images.shape[:1]:
        raise InputError(
            f"need one label per image, got {len(images)} images and labels of shape "
            f"{tuple(labels.shape)}"
        )
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        raise InputError(f"labels must be int64 classes, got {labels.dtype}; use `labels.long()`")
    if labels.numel() and labels.min() < 0:
        raise InputError(
            f"labels must be classes from 0 on, got {labels.min().item()}; leave out images "
            f"without a class"
        )


def check_size(size: float, name: str = "epsilon", *, largest: float = 1.0) -> None:
    """Refuse a size of a change that is not in pixel units: a finite number from 0 to `largest`.

    largest: the size that takes any image to any other, so that more has no meaning. It is 1 for
    one pixel, and the square root of the number of values for the Euclidean length of a whole
    image. Raises InputError, which calls the size by `name`.
    """
    if not (size >= 0 and math.isfinite(size)):  # written so that NaN fails too
        raise InputError(f"{name} must be a number >= 0 in pixel units, got {size}")
    if size > largest + TOLERANCE:
        raise InputError(
            f"{name} must be in pixel units, where {largest:g} takes any image to any other; got "
            f"{size:g}. For images in [0,1] write {size:g}/255 where {size:g} of 255 grey levels "
            f"are meant, and multiply by the std what is meant for normalised images"
        )


def check_logits(logits: Tensor) -> None:
    """Refuse logits (N, num_classes) that hold a NaN.

    `argmax` would answer with the place of the first NaN, as if it were a class. Raises
    NotANumberError.
    """
    if logits.isnan().any():
        image = int(logits.isnan().flatten(1).any(dim=1).nonzero()[0])
        raise NotANumberError(
            f"the network answers NaN to image {image} of its batch, which is no class; look for "
            f"weights that are NaN or very large (a diverged training) or a division by 0 in it"
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
