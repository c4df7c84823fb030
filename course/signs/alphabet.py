"""Alphabets: the signs of one task. Ten road signs, or ten invented ones drawn from a seed.

So a whole task can be new, not only its images.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.errors import CourseError
from course.signs.drawing import draw_sign, grey
from course.signs.glyphs import SYMBOLS
from course.signs.grammar import COLOURS, SHAPES, Sign
from course.signs.stream import Draws

LEAST_DISTANCE = 0.05
"""What two signs must differ by (`distance`) to stand in one alphabet."""

_DRAWN_DISTANCE = 0.12  # invented signs differ more: people have not learned them before
_LEAST_CONTRAST = 0.3  # between the grey levels of glyph and fill
_SIZE = 24  # of the pictures that are compared; about that of a sign in an image of 32 pixels
_CANDIDATES = 2_000


@dataclass(frozen=True)
class Alphabet:
    """The signs of a task; a label is an index of `signs`.

    Raises CourseError for fewer than two signs, two of one name, and two that are too alike.
    """

    name: str
    signs: tuple[Sign, ...]

    def __post_init__(self) -> None:
        if len(self.signs) < 2 or len(set(self.classes)) < len(self.signs):
            raise CourseError(
                f"the alphabet {self.name!r} needs at least two signs, each with a name of its own;"
                f" got {', '.join(self.classes) or 'none'}"
            )
        for first, second in combinations(self.signs, 2):
            if (found := distance(first, second)) < LEAST_DISTANCE:
                raise CourseError(
                    f"the signs {first.name!r} and {second.name!r} are too alike: they differ by"
                    f" {found:.3f}, and an alphabet needs {LEAST_DISTANCE}; change the shape, the"
                    f" glyph or a colour of one"
                )

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the signs; `classes[label]` is the name of a class."""
        return tuple(sign.name for sign in self.signs)


def distance(first: Sign, second: Sign) -> float:
    """The distance of two signs in [0,1]: the root mean square of their difference.

    They are compared in grey, at 24x24 pixels before a grey wall, so that an alphabet is also
    usable in grey images.
    """
    difference = _grey(first) - _grey(second)
    return float(np.sqrt((difference * difference).mean()))


def drawn_alphabet(seed: int) -> Alphabet:
    """Ten invented signs: one seed, one alphabet.

    Any two of them, and any of them and a road sign, are at a distance of at least 0.12. Raises
    CourseError for a seed outside 0 .. 2**64 - 1.
    """
    draws = Draws.of_seed(seed, "alphabet", columns=8 * _CANDIDATES)
    found: list[Sign] = []
    for _ in range(_CANDIDATES):
        sign = _candidate(draws)
        if sign is None or sign.glyph in {other.glyph for other in found}:
            continue
        if all(distance(sign, other) >= _DRAWN_DISTANCE for other in (*found, *ROAD_SIGNS.signs)):
            found.append(sign)
        if len(found) == 10:
            return Alphabet(f"drawn from seed {seed}", tuple(found))
    raise CourseError(f"the seed {seed} draws no alphabet of ten; take another")


def _candidate(draws: Draws) -> Sign | None:
    shape, glyph = draws.pick(sorted(SHAPES)), draws.pick(sorted(SYMBOLS))
    fill, ink, inner, outer = (draws.pick(sorted(COLOURS)) for _ in range(4))
    width, edged = draws.one(0.07, 0.2), draws.one() < 0.5
    contrast = abs(float(grey(np.array(COLOURS[fill])) - grey(np.array(COLOURS[ink]))))
    if contrast < _LEAST_CONTRAST or inner in {fill, outer}:
        return None
    bands = ((0.05, outer), (width, inner)) if edged else ((width, inner),)
    return Sign(f"{fill} {shape}, {ink} {glyph}", shape, bands, fill, glyph, ink)


@lru_cache(maxsize=4096)
def _grey(sign: Sign) -> NDArray[np.floating[Any]]:
    picture = draw_sign(sign, _SIZE)
    return grey(picture) + 0.5 * (1 - picture[..., 3])


def _speed_limit(kilometres: int) -> Sign:
    bands = ((0.03, "white"), (0.2, "red"))
    return Sign(f"{kilometres}", "circle", bands, "white", f"{kilometres}", glyph_scale=1.05)


ROAD_SIGNS = Alphabet(
    "road signs",
    (
        Sign("stop", "octagon", ((0.06, "white"),), "red", "STOP", "white", 1.06),
        Sign("no entry", "circle", ((0.05, "white"),), "red", "bar", "white", 1.12),
        Sign("yield", "yield", ((0.03, "white"), (0.2, "red")), "white"),
        _speed_limit(30),
        _speed_limit(50),
        _speed_limit(80),
        Sign("priority road", "diamond", ((0.03, "black"), (0.17, "white")), "yellow"),
        Sign(
            "warning",
            "triangle",
            ((0.03, "white"), (0.17, "red")),
            "white",
            "exclamation",
            glyph_scale=0.9,
        ),
        Sign("ahead only", "circle", ((0.05, "white"),), "blue", "up", "white", 1.1),
        Sign("turn right", "circle", ((0.05, "white"),), "blue", "right", "white", 1.1),
    ),
)
"""Ten signs as many countries of Europe have them (Vienna Convention on Road Signs, 1968)."""
