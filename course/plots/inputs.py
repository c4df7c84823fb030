"""Checks of the numbers and images given to `course.plots`.

A figure of wrong numbers looks like any other figure, so each fault is named before drawing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course.errors import CourseError

MOST_IMAGES = 12
MOST_SERIES = 5  # more lines than this cannot be distinguished by colour and mark


def numbers(values: Any, name: str) -> np.ndarray:
    """`values` as a float array, finite and not empty; tensors may be on any device.

    Raises CourseError, which calls them by `name`; so do all functions here.
    """
    if hasattr(values, "detach"):
        values = values.detach().cpu().double()  # NumPy has no bfloat16
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise CourseError(f"{name} must be numbers in rows of one length: {error}") from error
    if array.size == 0:
        raise CourseError(f"{name} is empty: there is nothing to draw")
    if not np.isfinite(array).all():
        where = np.argwhere(~np.isfinite(array))[0].tolist()
        raise CourseError(f"{name} is not finite at position {where}: a NaN or an infinity")
    return array


def fractions(values: Any, name: str, length: int | None = None) -> np.ndarray:
    """A list of shares in [0, 1], `length` of them where that is given. Raises CourseError."""
    array = numbers(values, name)
    if array.ndim != 1 or (length is not None and len(array) != length):
        wanted = "a list" if length is None else f"{length} values"
        raise CourseError(f"{name} has shape {array.shape}, expected {wanted}")
    if (array < 0).any() or (array > 1 + 1e-6).any():
        raise CourseError(
            f"{name} runs from {array.min():g} to {array.max():g}: give fractions in [0, 1]"
        )
    return array


def optional_fractions(values: Any, name: str, length: int) -> np.ndarray | None:
    """As `fractions`, but None stays None. Raises CourseError."""
    return None if values is None else fractions(values, name, length)


def image_batch(values: Any, name: str) -> np.ndarray:
    """Images (N, 1 or 3, H, W) in [0, 1], few enough to be seen. Raises CourseError."""
    array = numbers(values, name)
    if array.ndim != 4 or array.shape[1] not in (1, 3):
        raise CourseError(f"{name} has shape {array.shape}, expected (N, 1 or 3, H, W)")
    if len(array) > MOST_IMAGES:
        raise CourseError(
            f"{name} holds {len(array)} images; choose at most {MOST_IMAGES}, as in {name}[:6]"
        )
    if array.min() < -1e-6 or array.max() > 1 + 1e-6:
        raise CourseError(
            f"{name} runs from {array.min():.3g} to {array.max():.3g}: images lie in [0, 1], "
            "so clamp the perturbed ones and undo any normalisation"
        )
    return array.clip(0, 1)


def class_indices(values: Any, name: str, length: int) -> np.ndarray:
    """`length` classes as whole numbers from 0 on. Raises CourseError."""
    array = numbers(values, name)
    if array.shape != (length,) or (array < 0).any() or (array != array.round()).any():
        raise CourseError(f"{name} must be {length} class indices, one for each image")
    return array.astype(int)


def counts(values: Any, name: str, classes: int) -> np.ndarray:
    """A matrix of `classes` x `classes` whole numbers from 0 on, not all 0. Raises CourseError."""
    array = numbers(values, name)
    if array.shape != (classes, classes):
        raise CourseError(
            f"{name} has shape {array.shape}, expected ({classes}, {classes}) for its classes"
        )
    if (array < 0).any() or (array != array.round()).any() or not array.any():
        raise CourseError(f"{name} must hold counts: whole numbers from 0 on, not all 0")
    return array


def few(entries: Mapping[str, Any]) -> Mapping[str, Any]:
    """The named series: at least one, and no more than can be distinguished. Raises CourseError."""
    if not 1 <= len(entries) <= MOST_SERIES:
        raise CourseError(f"{len(entries)} series given: a figure tells 1 to {MOST_SERIES} apart")
    return entries


def bands_of(
    intervals: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    lines: Mapping[str, np.ndarray],
    length: int,
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Lower and upper ends for those of the `lines` that have an interval. Raises CourseError."""
    bands = {}
    for name, (low, high) in intervals.items():
        if name not in lines:
            raise CourseError(f"there is an interval for '{name}' but no curve of that name")
        ends = (
            fractions(low, f"lower end of '{name}'", length),
            fractions(high, f"upper end of '{name}'", length),
        )
        if (ends[0] > ends[1]).any():
            raise CourseError(f"an interval of '{name}' has its lower end above its upper end")
        bands[name] = ends
    return bands
