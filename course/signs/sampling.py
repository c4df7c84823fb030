"""Draws images of signs. Each depends only on the alphabet, the seed and its own number.

They are the same on every machine that rounds sums, products, quotients and square roots as IEEE
754 asks. Matrix products and sums of many numbers are avoided, since their order differs between
processors, and the result is rounded to 8 bits.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from course.errors import CourseError
from course.signs import camera, scene
from course.signs.alphabet import Alphabet
from course.signs.drawing import draw_sign, grey
from course.signs.sticker import Sticker
from course.signs.stream import Draws, random_bytes, require_seed, words

DIFFICULTY = 0.6
"""Of the profile `signs`."""

_CHUNK = 2**18  # pixels at once, so that they stay in the processor's cache
_LARGEST = 512


@dataclass(frozen=True)
class World:
    """All images of an alphabet that one seed draws; they are numbered 0, 1, 2 and so on.

    `difficulty` goes from 0 (every sign from the front, on a clear day) to 1. Images have `size`
    pixels a side; a larger picture shows the same scene in more detail. `channels` is 3, or 1 for
    grey. Raises CourseError for a seed outside 0 .. 2**64 - 1, and for another value out of its
    range.
    """

    alphabet: Alphabet
    seed: int
    difficulty: float = DIFFICULTY
    size: int = 32
    channels: int = 3

    def __post_init__(self) -> None:
        require_seed(self.seed)
        if not 0 <= self.difficulty <= 1:
            raise CourseError(f"difficulty goes from 0 to 1, not {self.difficulty}")
        if not 8 <= self.size <= _LARGEST:
            raise CourseError(f"an image has 8 to {_LARGEST} pixels a side, not {self.size}")
        if self.channels not in (1, 3):
            raise CourseError(f"an image has 1 channel (grey) or 3, not {self.channels}")

    def draw(
        self, count: int, *, first: int = 0, sticker: Sticker | None = None
    ) -> tuple[Tensor, Tensor]:
        """The images number `first` to `first + count - 1`, and their labels.

        Image i depends on this world and on i alone. Images are float32 (count, channels, size,
        size), multiples of 1/255 in [0,1]; labels int64 (count,), as `labels` has them. With a
        sticker, the same photographs of signs that bear it. Raises CourseError for a count below 1
        or a first below 0.
        """
        images = as_images(self.pixels(count, first=first, sticker=sticker))
        return images, torch.from_numpy(self.labels(count, first=first))

    def pixels(
        self, count: int, *, first: int = 0, sticker: Sticker | None = None
    ) -> NDArray[np.uint8]:
        """The same images as bytes (count, size, size, channels). Raises as `draw` does."""
        textures = _textures(self.alphabet, self.size)
        if sticker:
            textures = sticker.on(textures)
        labels = self.labels(count, first=first)
        pixels = np.empty((count, self.size, self.size, self.channels), dtype=np.uint8)
        step = max(1, _CHUNK // (self.size * self.size))
        for start in range(0, count, step):
            batch = slice(start, start + step)
            pixels[batch] = _photographs(self, textures, labels[batch], first + start)
        return pixels

    def labels(self, count: int, *, first: int = 0) -> NDArray[np.int64]:
        """The labels of the images: indices of the alphabet's signs (count,).

        They are balanced: with ten signs, each ten images in a row, counted from number 0, show
        all of them once, in random order. Raises as `draw` does.
        """
        _require_numbers(count, first)
        signs = len(self.alphabet.signs)
        block, before = divmod(first, signs)
        blocks = -(-(before + count) // signs)
        random = words(self.seed, "labels", first=block, count=blocks, each=signs)
        orders = np.argsort(random, axis=1, kind="stable")
        return orders.reshape(-1)[before : before + count].astype(np.int64)

    def views(self, count: int, *, first: int = 0) -> Tensor:
        """The map from each image to the plane of its sign (count, 3, 3), as `sticker.views`.

        Raises as `draw` does.
        """
        _require_numbers(count, first)
        draws = _draws(self, first, count)
        draws.block(scene.COLUMNS)
        return torch.from_numpy(camera.view(draws, self.difficulty).astype(np.float32))


def as_images(pixels: NDArray[np.uint8]) -> Tensor:
    """Bytes (n, size, size, channels) as images, float32 (n, channels, size, size) in [0,1]."""
    channels_first = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    return channels_first.to(torch.float32, memory_format=torch.contiguous_format).div_(255)


def _require_numbers(count: int, first: int) -> None:
    if count < 1 or first < 0:
        raise CourseError(
            f"at least 1 image is drawn, and the first has the number 0; got a count of {count}"
            f" from number {first} on"
        )


def _draws(world: World, first: int, count: int) -> Draws:
    columns = scene.COLUMNS + camera.COLUMNS
    return Draws.of_seed(world.seed, "scene", columns=columns, first=first, count=count)


def _photographs(
    world: World, textures: NDArray[np.uint8], labels: NDArray[np.int64], first: int
) -> NDArray[np.uint8]:
    """A batch of consecutive images from number `first` on: sign before scene, then the camera."""
    size, difficulty = world.size, world.difficulty
    draws = _draws(world, first, len(labels))
    pixels = scene.background(draws, size)
    maps = camera.view(draws, difficulty)
    pixels = camera.pole(draws, maps, pixels)
    sign = camera.look_up(textures, labels, maps, size)
    pixels = sign[..., :3] + pixels * (1 - sign[..., 3:])
    pixels = camera.occlude(draws, pixels, difficulty)
    pixels = camera.light(draws, pixels, difficulty)
    pixels = camera.weather(draws, pixels, difficulty)
    pixels = camera.lens(draws, pixels, difficulty)
    if world.channels == 1:
        pixels = grey(pixels)[..., None]
    grain = random_bytes(
        world.seed, "grain", first=first, count=len(labels), each=4 * pixels[0].size
    )
    return camera.sensor(draws, pixels, grain.reshape(*pixels.shape, 4), difficulty)


@lru_cache(maxsize=4)
def _textures(alphabet: Alphabet, size: int) -> NDArray[np.uint8]:
    """All signs, large enough to be looked up for images of `size`; transparent at the border."""
    side = max(96, 2 * size)
    pictures = [np.rint(draw_sign(sign, side - 2) * 255) for sign in alphabet.signs]
    return np.pad(np.stack(pictures).astype(np.uint8), ((0, 0), (1, 1), (1, 1), (0, 0)))
