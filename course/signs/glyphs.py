"""The glyphs on a sign: digits and a few letters as strokes, and symbols.

Each is an outline in the box from -1 to 1 in both directions, so that no font of any system is
needed.
"""

from course.errors import CourseError
from course.signs.outlines import (
    Outline,
    Point,
    arc,
    circle,
    difference,
    moved,
    polygon,
    regular,
    stroke,
    union,
)

_WEIGHT = 0.19  # of a stroke, where a character is 1 high
_GAP = 0.18  # between the centre lines of neighbours' boxes, on top of the weight

# Centre lines of characters 1 high; y from -0.5 (top) to 0.5. They go from -0.28 to 0.28 in x.
_OVAL = [*arc((0, -0.22), 0.28, 180, 360), *arc((0, 0.22), 0.28, 0, 180), (-0.28, -0.22)]
_SIX = [*arc((0, 0.22), 0.28, 180, 540), (-0.28, 0.1), (-0.22, -0.16), (0.08, -0.5)]
CHARACTERS: dict[str, list[list[Point]]] = {
    "0": [_OVAL],
    "1": [[(-0.16, -0.28), (0.06, -0.5), (0.06, 0.5)]],
    "2": [[*arc((0, -0.23), 0.27, 190, 390), (-0.28, 0.5), (0.28, 0.5)]],
    "3": [[*arc((-0.02, -0.26), 0.24, 200, 450), *arc((-0.02, 0.22), 0.28, -90, 160)]],
    "4": [[(0.12, 0.5), (0.12, -0.5), (-0.3, 0.2), (0.3, 0.2)]],
    "5": [[(0.24, -0.5), (-0.2, -0.5), (-0.24, -0.02), *arc((-0.01, 0.2), 0.3, 226, 510)]],
    "6": [_SIX],
    "7": [[(-0.28, -0.5), (0.28, -0.5), (-0.08, 0.5)]],
    "8": [arc((0, -0.26), 0.24, 0, 360), arc((0, 0.22), 0.28, 0, 360)],
    "9": [[(-x, -y) for x, y in _SIX]],
    "S": [[*arc((0, -0.25), 0.25, -25, -270), *arc((0, 0.25), 0.25, -90, 155)]],
    "T": [[(-0.28, -0.5), (0.28, -0.5)], [(0, -0.5), (0, 0.5)]],
    "O": [_OVAL],
    "P": [[(-0.22, 0.5), (-0.22, -0.5), *arc((0.02, -0.24), 0.26, -90, 90), (-0.22, 0.02)]],
}


def _arrow(degrees: float) -> Outline:
    tip, left, right = regular(3, 0.62, degrees)
    length = 0.92

    def along(part: float) -> Point:
        return tip[0] / 0.62 * part, tip[1] / 0.62 * part

    shift = along(length - 0.62)
    head = [(x + shift[0], y + shift[1]) for x, y in (tip, left, right)]
    return union(polygon(head, 0.04), stroke([along(-0.78), along(0.1)], 0.4))


SYMBOLS: dict[str, Outline] = {
    "bar": polygon([(-0.98, -0.24), (0.98, -0.24), (0.98, 0.24), (-0.98, 0.24)], 0.02),
    "up": _arrow(-90),
    "right": _arrow(0),
    "down": _arrow(90),
    "left": _arrow(180),
    "exclamation": union(
        polygon([(-0.14, -0.88), (0.14, -0.88), (0.07, 0.3), (-0.07, 0.3)], 0.1),
        circle(0.2, (0, 0.78)),
    ),
    "plus": union(stroke([(-0.75, 0), (0.75, 0)], 0.42), stroke([(0, -0.75), (0, 0.75)], 0.42)),
    "cross": union(
        stroke([(-0.66, -0.66), (0.66, 0.66)], 0.4), stroke([(0.66, -0.66), (-0.66, 0.66)], 0.4)
    ),
    "ring": difference(circle(0.86), circle(0.46)),
    "disc": circle(0.66),
    "star": polygon(
        [p for pair in zip(regular(5, 0.96, -90), regular(5, 0.42, -54), strict=True) for p in pair]
    ),
    "crescent": difference(circle(0.88), circle(0.72, (0.42, -0.16))),
    "bolt": polygon(
        [(0.2, -0.98), (-0.62, 0.16), (-0.06, 0.16), (-0.28, 0.98), (0.62, -0.26), (0.06, -0.26)]
    ),
    "chevrons": union(
        stroke([(-0.74, -0.02), (0, -0.66), (0.74, -0.02)], 0.32),
        stroke([(-0.74, 0.66), (0, 0.02), (0.74, 0.66)], 0.32),
    ),
    "dots": union(
        circle(0.34, (0, -0.56)), circle(0.34, (-0.56, 0.44)), circle(0.34, (0.56, 0.44))
    ),
    "waves": union(
        *(
            stroke(
                [
                    *arc((-0.42, height), 0.4, 180, 360),
                    *arc((0.4, height), 0.42, 180, 0),
                ],
                0.26,
            )
            for height in (-0.38, 0.46)
        )
    ),
    "checks": union(
        polygon([(-0.8, -0.8), (0, -0.8), (0, 0), (-0.8, 0)]),
        polygon([(0, 0), (0.8, 0), (0.8, 0.8), (0, 0.8)]),
    ),
    "stripe": stroke([(-0.74, 0.74), (0.74, -0.74)], 0.46),
}


def glyph_outline(glyph: str) -> Outline:
    """The outline of a symbol of `SYMBOLS`, or of a text of the `CHARACTERS`.

    Raises CourseError for anything else.
    """
    if glyph in SYMBOLS:
        return SYMBOLS[glyph]
    unknown = [character for character in glyph if character not in CHARACTERS]
    if unknown or not glyph:
        raise CourseError(
            f"no glyph is called {glyph!r}; take one of {', '.join(SYMBOLS)},"
            f" or a text of the characters {''.join(CHARACTERS)}"
        )
    return _text(glyph)


def _text(text: str) -> Outline:
    step = 0.56 + _WEIGHT + _GAP
    lines = [
        [(x + step * (place - (len(text) - 1) / 2), y) for x, y in line]
        for place, character in enumerate(text)
        for line in CHARACTERS[character]
    ]
    wide = step * (len(text) - 1) + 0.56 + _WEIGHT
    together = union(*(stroke(line, _WEIGHT) for line in lines))
    return moved(together, (0, 0), 2 / max(wide, 1 + _WEIGHT))
