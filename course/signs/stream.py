"""Random numbers that belong to one image: the same in any batch.

They come from numpy's PCG64; numpy promises not to change its raw stream and seeding. Image i reads
the i-th stretch of it, so nothing depends on how many images are drawn, or on the order.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.errors import CourseError

SEEDS = 2**64
"""Seeds are whole numbers from 0 to this one, which is left out."""

# One stream for each purpose, so that a larger picture has more grain but shows the same scene.
_PURPOSES = ("alphabet", "labels", "scene", "grain")

Numbers = NDArray[np.floating[Any]]
"""Numbers of images or pixels: float32 in all that is computed for an image."""


def require_seed(seed: int) -> None:
    """Raise CourseError for a seed that is no whole number from 0 to 2**64 - 1."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < SEEDS:
        raise CourseError(f"a seed is a whole number from 0 to 2**64 - 1, not {seed!r}")


def words(seed: int, purpose: str, *, first: int, count: int, each: int) -> NDArray[np.uint64]:
    """Random words (count, each) of 64 bits for the images `first` to `first + count - 1`.

    Raises CourseError as `require_seed` does.
    """
    require_seed(seed)
    sequence = np.random.SeedSequence(seed, spawn_key=(_PURPOSES.index(purpose),))
    generator = np.random.PCG64(sequence)
    generator.advance(first * each)
    return generator.random_raw(count * each).reshape(count, each)


def random_bytes(
    seed: int, purpose: str, *, first: int, count: int, each: int
) -> NDArray[np.uint8]:
    """Random bytes (count, each) for the same images. Raises as `words` does."""
    whole = words(seed, purpose, first=first, count=count, each=-(-each // 8))
    return whole.astype("<u8").view(np.uint8)[:, :each]


class Draws:
    """Numbers for a batch of images, a row for each, taken one column after the other."""

    def __init__(self, values: Numbers) -> None:
        """values (images, columns), float32 in [0,1)."""
        self._values = values
        self._next = 0

    @classmethod
    def of_seed(
        cls, seed: int, purpose: str, *, columns: int, first: int = 0, count: int = 1
    ) -> "Draws":
        """The draws of images `first` to `first + count - 1`."""
        bits = words(seed, purpose, first=first, count=count, each=columns) >> np.uint64(40)
        return cls(bits.astype(np.float32) * (2**-24))

    def uniform(self, low: float = 0, high: float = 1) -> Numbers:
        """The next number of each image (images, 1, 1), between two bounds."""
        column = self._take(1)[:, :, None]
        return column * (high - low) + low

    def grid(self, side: int) -> Numbers:
        """The next numbers of each image (images, side, side), in [0,1)."""
        return self._take(side * side).reshape(-1, side, side)

    def block(self, columns: int) -> "Draws":
        """The next columns as separate draws, of which all or only some may be used."""
        return Draws(self._take(columns))

    def rows(self, index: NDArray[np.intp]) -> "Draws":
        """The same columns, from their start, of some of the images."""
        return Draws(self._values[index])

    def one(self, low: float = 0, high: float = 1) -> float:
        """The next number of the first image."""
        return float(self.uniform(low, high)[0, 0, 0])

    def pick(self, names: Sequence[str]) -> str:
        """One of the names, each as likely as the others."""
        return names[int(self.one() * len(names))]

    def _take(self, columns: int) -> Numbers:
        taken = self._values[:, self._next : self._next + columns]
        if taken.shape[1] < columns:
            raise IndexError(f"{self._values.shape[1]} numbers an image are too few")
        self._next += columns
        return taken
