"""The first questions of every check: does the name exist, and is the answer of the right type?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from autograder.errors import NotWritten, Wrong
from autograder.student import Student
from autograder.worker.protocol import Opaque
from course.errors import NotANumberError


def require(student: Student, name: str, kind: str) -> None:
    """Raise NotWritten unless the student defines `name` as a "function" or a "class"."""
    found = student.kind_of(name)
    if found == kind:
        return
    why = student.missing.get(name, "")
    raise NotWritten(
        f"a {kind} called `{name}`",
        "no such name" if found == "missing" else f"a {found}",
        cause=why or "the cell that defines it is missing or was renamed",
        hint="Correct that, then restart the kernel and run all cells."
        if why
        else f"Define `{name}` exactly so, then restart the kernel and run all cells.",
    )


@contextmanager
def answering_with_numbers() -> Iterator[None]:
    """Raise Wrong where a network with the student's weights, measured in the block, answers NaN.

    The weights themselves are finite; products of very large ones need not be.
    """
    try:
        yield
    except NotANumberError as error:
        raise Wrong(
            "logits that are numbers, for every image",
            "NaN for some image, which is no class",
            cause="the weights have grown so large that the network's products overflow",
            hint="Lower the learning rate, and print the largest weight after each epoch.",
        ) from error


def kind(value: Any) -> str:
    """The kind of a value, in words that a student knows."""
    if isinstance(value, Tensor):
        return f"a tensor of {str(value.dtype).removeprefix('torch.')}, shape {tuple(value.shape)}"
    if isinstance(value, Opaque):
        return f"an object of type {value.type_name}"
    return "None" if value is None else f"a {type(value).__name__}"


def require_images(value: Any, like: Tensor) -> Tensor:
    """The answer as images: a tensor like `like` in shape and dtype, all of it finite."""
    if not isinstance(value, Tensor):
        raise Wrong(
            f"a tensor of images, shape {tuple(like.shape)}",
            kind(value),
            cause=no_tensor(value),
            hint="Return the tensor of adversarial images itself.",
        )
    if value.shape != like.shape:
        flattened = value.numel() == like.numel() and value.dim() < like.dim()
        raise Wrong(
            f"shape {tuple(like.shape)}, one adversarial image per image",
            f"shape {tuple(value.shape)}",
            cause="the images were flattened and not put back in shape" if flattened else "",
            hint="Return (n, C, H, W), in the order of the images you were given.",
        )
    if value.dtype != like.dtype:
        became = str(value.dtype).removeprefix("torch.")
        raise Wrong(
            "float32 images",
            kind(value),
            cause=f"the images became {became} on the way",
            hint="Keep the dtype of the images; do not go through integers or float64.",
        )
    missing = int((~torch.isfinite(value)).sum())
    if missing:
        raise Wrong(
            "finite pixels",
            f"{missing} pixels that are NaN or infinite",
            cause="a division by zero or a logarithm of zero",
        )
    return value


def no_tensor(value: Any) -> str:
    """The reason why an answer is no tensor."""
    if value is None:
        return "the function ends without `return`"
    if isinstance(value, list):
        return "more than one value is returned, or a list of images"
    if isinstance(value, Opaque) and value.type_name == "ndarray":
        return "the tensor was turned into a NumPy array"
    return ""


def require_number(value: Any, what: str) -> float:
    """The answer as a finite float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        convert = isinstance(value, Tensor) and value.numel() == 1
        cause = "a tensor of one element is no number yet" if convert else ""
        raise Wrong(
            f"{what} as a float",
            kind(value),
            cause="the function ends without `return`" if value is None else cause,
            hint="Turn a one-element tensor into a number with `.item()`." if convert else "",
        )
    if not math.isfinite(value):
        raise Wrong(f"{what} as a finite float", f"{value}", cause="a division by zero")
    return float(value)


def require_numbers(
    value: Any, count: int, what: str, *, causes: Mapping[int, str] | None = None
) -> list[float]:
    """The answer as a list of `count` finite floats. `causes`: the causes of other lengths."""
    if not isinstance(value, list):
        single = "one number, not a list" if isinstance(value, int | float) else ""
        raise Wrong(
            f"a list of {count} floats: {what}",
            kind(value),
            cause="the function ends without `return`" if value is None else single,
        )
    if len(value) != count:
        numbers = "1 number" if len(value) == 1 else f"{len(value)} numbers"
        cause = (causes or {}).get(len(value), "")
        raise Wrong(f"{count} numbers: {what}", numbers, cause=cause)
    return [require_number(item, f"each of {what}") for item in value]


def other_lengths(epochs: int, images: int, batch_size: int = 64) -> dict[int, str]:
    """The cause of each wrong length of a list of losses."""
    return {
        1: "one epoch was trained, or only one was noted",
        epochs * math.ceil(images / batch_size): "one loss for each batch, not for each epoch",
    }


def percent(values: Sequence[float]) -> str:
    """Fractions as percentages for a message."""
    return ", ".join(f"{100 * value:.1f} %" for value in values)
