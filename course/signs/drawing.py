"""Draws one sign, seen from the front and in even light, at any size."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.errors import CourseError
from course.signs.grammar import COLOURS, Sign


def draw_sign(sign: Sign, size: int) -> NDArray[np.float64]:
    """Red, green, blue and alpha (size, size, 4) in [0,1], each colour times its alpha.

    An edge covers a pixel in part, by its distance from the middle of the pixel. Raises
    CourseError for a size below 1.
    """
    if size < 1:
        raise CourseError(f"a sign needs at least 1 pixel a side, not {size}")
    middles = (np.arange(size) + 0.5) * (2 / size) - 1
    x, y = np.broadcast_to(middles, (size, size)), np.broadcast_to(middles[:, None], (size, size))
    picture = np.zeros((size, size, 4))
    for outline, inset, colour in sign.layers():
        covered = np.clip(0.5 - (outline(x, y) + inset) * (size / 2), 0, 1)[..., None]
        picture += (np.array([*COLOURS[colour], 1.0]) - picture) * covered
    return picture


def grey(colours: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """The grey level (...) of colours (..., 3 or more), as ITU-R BT.601 weighs the three."""
    return colours[..., 0] * 0.299 + colours[..., 1] * 0.587 + colours[..., 2] * 0.114
