"""A printed sticker on a sign, and the views that a camera has of it.

What is printed on a sign goes the way of the sign: perspective, twigs, light, haze, lens and
sensor. So `World.draw` with a sticker draws photographs of it, not files with pixels pasted in.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from course.errors import CourseError
from course.inputs import check_image
from course.signs import camera
from course.signs.stream import Draws

LARGEST = 0.6
"""The largest half width of a sticker: its corners then still lie on a round sign."""

_EXPOSURE, _WARMTH = (0.5, 1.1), 0.1


@dataclass(frozen=True, eq=False)
class Sticker:
    """A square picture on the middle of every sign.

    pixels (3, s, s) in [0,1]; half: its half width, where the half width of a sign is 1. Raises
    CourseError for another shape, a value outside the range, and a half outside 0 .. 0.6.
    """

    pixels: Tensor
    half: float

    def __post_init__(self) -> None:
        check_image(self.pixels)
        channels, height, width = self.pixels.shape
        if channels != 3 or height != width or not height:
            raise CourseError(
                f"a sticker is a square in colour, (3, s, s); got {tuple(self.pixels.shape)}"
            )
        if not 0 < self.half <= LARGEST:
            raise CourseError(
                f"the half width of a sticker is above 0 and at most {LARGEST}, where that of a"
                f" sign is 1; got {self.half}"
            )

    def on(self, textures: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Copies of pictures of signs (n, side, side, 4), with the sticker printed on each."""
        side, dots = textures.shape[1], self.pixels.shape[1]
        middles = (np.arange(side) + 0.5) * (2 / side) - 1
        inside = np.flatnonzero(np.abs(middles) < self.half)
        dot = ((middles[inside] / self.half + 1) * (dots / 2)).astype(np.intp)
        printed = np.rint(self.pixels.permute(1, 2, 0).numpy() * 255).astype(np.uint8)
        covered = slice(inside[0], inside[-1] + 1)
        stuck = textures.copy()
        stuck[:, covered, covered, :3] = printed[np.ix_(dot, dot)]
        stuck[:, covered, covered, 3] = 255
        return stuck


def views(
    count: int, *, channels: int = 3, seed: int = 0, difficulty: float = 1
) -> tuple[Tensor, Tensor]:
    """Random views of a sign: maps (count, 3, 3) and lights (count, channels), float32.

    A map takes (u, v, 1), with u to the right and v down from -1 to 1 across an image, to
    homogeneous coordinates (x w, y w, w) on the plane of the sign, which it fills from -1 to 1.
    A light is the factor of each channel. One seed gives the same views everywhere. Raises
    CourseError for a seed out of range.
    """
    draws = Draws.of_seed(seed, "scene", columns=camera.COLUMNS, count=count)
    maps = camera.view(draws, difficulty)
    low, high = (1 + (end - 1) * difficulty for end in _EXPOSURE)
    exposure = draws.uniform(low, high)[:, :, 0]
    warmth = draws.uniform(-_WARMTH, _WARMTH)[:, :, 0] * difficulty
    tints: list[Any] = [1 + warmth, np.ones_like(warmth), 1 - warmth] if channels == 3 else [1.0]
    lights = np.concatenate([exposure * tint for tint in tints], axis=1)
    return torch.from_numpy(maps.astype(np.float32)), torch.from_numpy(lights.astype(np.float32))
