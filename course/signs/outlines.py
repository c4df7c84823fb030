"""Outlines: shapes described by signed distances, from which a sign is drawn at any size.

An outline takes coordinates x (to the right) and y (down), arrays of one shape, and returns how far
each point is from its edge, negative inside. Only sums, products, quotients and square roots are
used, which every processor rounds alike.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Point = tuple[float, float]
Outline = Callable[[Array, Array], Array]


def circle(radius: float, centre: Point = (0, 0)) -> Outline:
    """A disc."""

    def outline(x: Array, y: Array) -> Array:
        return np.sqrt((x - centre[0]) ** 2 + (y - centre[1]) ** 2) - radius

    return outline


def polygon(points: Sequence[Point], rounding: float = 0) -> Outline:
    """The inside of a closed chain of points, its corners rounded outwards by `rounding`."""

    def outline(x: Array, y: Array) -> Array:
        nearest = np.full(x.shape, np.inf)
        inside = np.zeros(x.shape, dtype=bool)
        for start, end in zip(points, [*points[1:], points[0]], strict=True):
            nearest = np.minimum(nearest, _square_distance(x, y, start, end))
            # Even-odd rule: a ray to the right of an inside point crosses an odd number of edges.
            if start[1] != end[1]:
                crossing = start[0] + (y - start[1]) * ((end[0] - start[0]) / (end[1] - start[1]))
                inside ^= ((start[1] > y) != (end[1] > y)) & (x < crossing)
        distance = np.sqrt(nearest)
        return np.where(inside, -distance, distance) - rounding

    return outline


def stroke(points: Sequence[Point], width: float) -> Outline:
    """A line of this width through the points, with round ends."""

    def outline(x: Array, y: Array) -> Array:
        nearest = np.full(x.shape, np.inf)
        for start, end in pairwise(points):
            nearest = np.minimum(nearest, _square_distance(x, y, start, end))
        return np.sqrt(nearest) - width / 2

    return outline


def union(*outlines: Outline) -> Outline:
    """Everything that lies in one of the outlines."""

    def outline(x: Array, y: Array) -> Array:
        nearest = outlines[0](x, y)
        for other in outlines[1:]:
            nearest = np.minimum(nearest, other(x, y))
        return nearest

    return outline


def difference(whole: Outline, removed: Outline) -> Outline:
    """The rest of `whole` when `removed` is cut out of it."""

    def outline(x: Array, y: Array) -> Array:
        return np.maximum(whole(x, y), -removed(x, y))

    return outline


def moved(outline: Outline, centre: Point, scale: float) -> Outline:
    """The same outline, `scale` times as large and with its origin at `centre`."""

    def other(x: Array, y: Array) -> Array:
        return outline((x - centre[0]) / scale, (y - centre[1]) / scale) * scale

    return other


def arc(centre: Point, radius: float, first: float, last: float) -> list[Point]:
    """Points of an arc from one angle to another, in degrees; 0 is right, 90 is down."""
    steps = max(2, math.ceil(abs(last - first) / 15))
    angles = [first + (last - first) * step / steps for step in range(steps + 1)]
    return [
        (centre[0] + radius * cosine, centre[1] + radius * sine)
        for cosine, sine in map(_direction, angles)
    ]


def regular(corners: int, radius: float, first: float) -> list[Point]:
    """The corners of a regular polygon; the first lies at the angle `first`, in degrees."""
    turns = [_direction(first + 360 * corner / corners) for corner in range(corners)]
    return [(radius * cosine, radius * sine) for cosine, sine in turns]


def _direction(degrees: float) -> Point:
    # Rounded, since the last bits of sines differ between processors.
    angle = math.radians(degrees)
    return round(math.cos(angle), 12), round(math.sin(angle), 12)


def _square_distance(x: Array, y: Array, start: Point, end: Point) -> Array:
    """The squared distance of points from a line segment."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = along_x * along_x + along_y * along_y
    from_x, from_y = x - start[0], y - start[1]
    part = np.clip((from_x * along_x + from_y * along_y) / length, 0, 1) if length else 0.0
    return (from_x - part * along_x) ** 2 + (from_y - part * along_y) ** 2
