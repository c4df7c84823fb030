"""The grammar of signs: a shape, bands of colour around it, a fill, and a glyph in its middle."""

from collections.abc import Mapping
from dataclasses import dataclass

from course.errors import CourseError
from course.signs.glyphs import glyph_outline
from course.signs.outlines import Outline, circle, moved, polygon, regular

COLOURS: dict[str, tuple[float, float, float]] = {
    "white": (0.97, 0.97, 0.95),
    "black": (0.07, 0.07, 0.08),
    "red": (0.78, 0.06, 0.11),
    "blue": (0.02, 0.31, 0.66),
    "yellow": (1.0, 0.78, 0.03),
    "green": (0.0, 0.47, 0.29),
    "orange": (0.95, 0.45, 0.05),
    "purple": (0.42, 0.17, 0.55),
    "brown": (0.42, 0.25, 0.14),
    "turquoise": (0.1, 0.66, 0.66),
}
"""Red, green and blue, each in [0,1]."""


@dataclass(frozen=True)
class Shape:
    """The outline of a sign in the box from -1 to 1, and the middle and size of its glyph."""

    outline: Outline
    centre: tuple[float, float]
    glyph_scale: float


_TRIANGLE = [(0.0, -0.8), (0.86, 0.7), (-0.86, 0.7)]
_SHIELD = [(-0.72, -0.8), (0.72, -0.8), (0.72, 0.1), (0.0, 0.86), (-0.72, 0.1)]
SHAPES = {
    "circle": Shape(circle(0.95), (0, 0), 0.56),
    "triangle": Shape(polygon(_TRIANGLE, 0.1), (0, 0.2), 0.4),
    "yield": Shape(polygon([(x, -y) for x, y in _TRIANGLE], 0.1), (0, -0.24), 0.36),
    "diamond": Shape(polygon(regular(4, 0.89, 0), 0.06), (0, 0), 0.4),
    "octagon": Shape(polygon(regular(8, 0.98, 22.5), 0.02), (0, 0), 0.66),
    "square": Shape(polygon(regular(4, 1.04, 45), 0.12), (0, 0), 0.56),
    "hexagon": Shape(polygon(regular(6, 0.9, 0), 0.06), (0, 0), 0.5),
    "shield": Shape(polygon(_SHIELD, 0.09), (0, -0.12), 0.5),
}
"""The outlines that a sign can have."""


@dataclass(frozen=True)
class Sign:
    """One sign: its parts from the outside to the inside.

    `shape` is a name in `SHAPES`. `bands` are (width, colour) of the rings that follow its edge,
    the outermost first; the half width of a sign is 1. `fill` is the colour inside them, `glyph`
    a symbol or a text (`glyph_outline`) in the colour `ink`, or "" for none. `glyph_scale` makes
    the glyph larger or smaller than is usual on this shape.
    Raises CourseError for a name that the grammar does not have.
    """

    name: str
    shape: str
    bands: tuple[tuple[float, str], ...]
    fill: str
    glyph: str = ""
    ink: str = "black"
    glyph_scale: float = 1.0

    def __post_init__(self) -> None:
        _require(self.name, "shape", self.shape, SHAPES)
        for colour in (*(colour for _, colour in self.bands), self.fill, self.ink):
            _require(self.name, "colour", colour, COLOURS)
        if self.glyph:
            glyph_outline(self.glyph)

    def layers(self) -> list[tuple[Outline, float, str]]:
        """The layers, painted one over another: an outline, a distance inside it, a colour."""
        shape = SHAPES[self.shape]
        inset, painted = 0.0, []
        for width, colour in self.bands:
            painted.append((shape.outline, inset, colour))
            inset += width
        painted.append((shape.outline, inset, self.fill))
        if self.glyph:
            scale = shape.glyph_scale * self.glyph_scale
            painted.append((moved(glyph_outline(self.glyph), shape.centre, scale), 0.0, self.ink))
        return painted


def _require(sign: str, what: str, name: str, known: Mapping[str, object]) -> None:
    if name not in known:
        raise CourseError(
            f"the sign {sign!r} has the {what} {name!r}; there are {', '.join(known)}"
        )
