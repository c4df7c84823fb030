"""The scene behind a sign: sky, road, leaves, a wall, a street or evening lights.

A scene takes the draws of n images and the side of an image in pixels, and returns colours
(n, size, size, 3) in [0,1]. All lengths are fractions of the side, so that a large picture shows
the same scene as a small one. One number for each image has the shape (n, 1, 1).
"""

from collections.abc import Callable

import numpy as np

from course.signs.stream import Draws, Numbers

COLUMNS = 640
"""How many numbers the background of an image may draw."""

Colour = tuple[float, float, float]


def background(draws: Draws, size: int) -> Numbers:
    """One of the scenes for each image, every kind as likely as the others."""
    kinds = (draws.uniform() * len(SCENES)).astype(np.intp).reshape(-1)
    numbers = draws.block(COLUMNS - 1)
    pixels = np.empty((len(kinds), size, size, 3), dtype=np.float32)
    for kind, scene in enumerate(SCENES):
        chosen = np.flatnonzero(kinds == kind)
        if len(chosen):
            pixels[chosen] = scene(numbers.rows(chosen), size)
    return pixels


def coordinates(size: int) -> tuple[Numbers, Numbers]:
    """The coordinates of pixel middles, to the right (1, size) and down (size, 1), in [0,1]."""
    middles = (np.arange(size, dtype=np.float32) + 0.5) / size
    return middles[None, :], middles[:, None]


def value_noise(grid: Numbers, size: int) -> Numbers:
    """Random numbers (n, k, k) at the knots of a grid, with smooth slopes between: (n, size, size).

    K. Perlin, "An image synthesizer", 1985, with values in place of slopes at the knots.
    """
    place = coordinates(size)[0][0] * (grid.shape[1] - 1)
    before = place.astype(np.intp)
    part = _smooth(place - before)
    rows = grid[:, before] + (grid[:, before + 1] - grid[:, before]) * part[:, None]
    return rows[:, :, before] + (rows[:, :, before + 1] - rows[:, :, before]) * part


def mix(first: Numbers, second: Numbers, part: Numbers) -> Numbers:
    """From `first` to `second` as `part` goes from 0 to 1; colours (..., 3), part (...)."""
    return first + (second - first) * part[..., None]


def covered(distance: Numbers, size: int) -> Numbers:
    """The part of each pixel that an edge leaves inside; distances are positive inside."""
    return np.clip(distance * size + 0.5, 0, 1)


def colour_between(draws: Draws, first: Colour, second: Colour) -> Numbers:
    """A colour of each image (n, 1, 1, 3), somewhere between two."""
    return mix(_constant(first), _constant(second), draws.uniform())


def _constant(colour: Colour) -> Numbers:
    return np.array(colour, dtype=np.float32).reshape(1, 1, 1, 3)


def _smooth(part: Numbers) -> Numbers:
    return part * part * (3 - 2 * part)


def _ramp(numbers: Numbers, low: float, high: float) -> Numbers:
    """0 below `low`, 1 above `high`, a smooth step between."""
    return _smooth(np.clip((numbers - low) * (1 / (high - low)), 0, 1))


def _rough(draws: Draws, size: int) -> Numbers:
    """Noise with coarse and fine parts, in [0,1]."""
    coarse, middle, fine = (value_noise(draws.grid(side), size) for side in (4, 7, 13))
    return coarse * 0.5 + middle * 0.3 + fine * 0.2


def _sky(draws: Draws, size: int) -> Numbers:
    _, y = coordinates(size)
    zenith = colour_between(draws, (0.15, 0.38, 0.75), (0.45, 0.62, 0.85))
    horizon = colour_between(draws, (0.72, 0.84, 0.93), (0.95, 0.87, 0.76))
    shade = colour_between(draws, (0.98, 0.98, 0.97), (0.68, 0.71, 0.76))
    cover = draws.uniform(0.2, 0.95)
    clouds = _ramp(_rough(draws, size), 0.42, 0.66) * cover
    return mix(mix(zenith, horizon, np.broadcast_to(y, clouds.shape)), shade, clouds)


def _road(draws: Draws, size: int) -> Numbers:
    x, y = coordinates(size)
    middle, height = draws.uniform(0.2, 0.8), draws.uniform(0.45, 0.65)
    width, bend = draws.uniform(0.7, 1.3), draws.uniform(-0.5, 0.5)
    grass = colour_between(draws, (0.25, 0.38, 0.14), (0.62, 0.58, 0.33))
    trees = colour_between(draws, (0.1, 0.2, 0.1), (0.3, 0.38, 0.3))
    asphalt = colour_between(draws, (0.25, 0.25, 0.27), (0.5, 0.49, 0.48))
    skyline = value_noise(draws.grid(9), size)[:, :1] * 0.16
    rough = _rough(draws, size)
    light = 0.75 + rough * 0.5
    pixels = _sky(draws, size)
    pixels = mix(pixels, trees * light[..., None], covered(y - height + skyline, size))
    below = y - height
    ground = covered(below, size)
    pixels = mix(pixels, grass * light[..., None], ground)
    sideways = x - middle - bend * below * below
    half = np.maximum(below, 0) * width + 0.01
    away = np.abs(sideways)
    pixels = mix(pixels, asphalt * light[..., None], ground * covered(half - away, size))
    line = 0.07 * half
    edges = covered(line - np.abs(away - 0.85 * half), size)
    dashes = covered(line - away, size) * _ramp(np.sqrt(np.maximum(below, 0)) % 0.2, 0.09, 0.11)
    return mix(pixels, _constant((0.9, 0.9, 0.86)), ground * np.maximum(edges, dashes))


def _leaves(draws: Draws, size: int) -> Numbers:
    dark = colour_between(draws, (0.04, 0.12, 0.05), (0.16, 0.17, 0.06))
    bright = colour_between(draws, (0.33, 0.52, 0.16), (0.72, 0.6, 0.2))
    gap = colour_between(draws, (0.75, 0.86, 0.95), (0.95, 0.93, 0.8))
    pixels = mix(dark, bright, _ramp(_rough(draws, size), 0.3, 0.72))
    light = value_noise(draws.grid(9), size)
    return mix(pixels, gap, _ramp(light, 0.72, 0.95) * draws.uniform(0, 0.9))


def _wall(draws: Draws, size: int) -> Numbers:
    x, y = coordinates(size)
    brick = colour_between(draws, (0.5, 0.2, 0.14), (0.74, 0.62, 0.5))
    mortar = colour_between(draws, (0.55, 0.52, 0.48), (0.82, 0.8, 0.76))
    rows = np.floor(draws.uniform(5, 11))
    shift = draws.uniform()
    down = y * rows + shift
    row = np.floor(down)
    across = x * rows * 0.5 + shift + (row % 2) * 0.5
    tones = draws.grid(13)
    image = np.arange(len(tones))[:, None, None]
    tone = tones[image, row.astype(np.intp) % 13, np.floor(across).astype(np.intp) % 13]
    pixels = brick * (0.75 + 0.45 * tone)[..., None]
    inside_y = 0.5 - np.abs(down - row - 0.5)
    inside_x = (0.5 - np.abs(across - np.floor(across) - 0.5)) * 2
    joint = np.minimum(inside_x, inside_y) - 0.07
    return mix(mortar, pixels, covered(joint / rows, size))


def _street(draws: Draws, size: int) -> Numbers:
    x, y = coordinates(size)
    pixels = _sky(draws.block(250), size)
    for _ in range(5):
        left, width, top = (
            draws.uniform(-0.15, 0.95),
            draws.uniform(0.18, 0.45),
            draws.uniform(0, 0.6),
        )
        front = colour_between(draws, (0.62, 0.5, 0.42), (0.86, 0.82, 0.74))
        front = front * draws.uniform(0.55, 1.05)[..., None]
        glass = colour_between(draws, (0.16, 0.2, 0.26), (0.5, 0.58, 0.66))
        across, down = (x - left) / width, (y - top) * 7
        house = covered((0.5 - np.abs(across - 0.5)) * width, size)
        house = house * covered(y - top, size)
        pane_x = 0.26 - np.abs(across * 3 % 1 - 0.5)
        pane_y = 0.3 - np.abs(down % 1 - 0.5)
        panes = covered(np.minimum(pane_x * width * 0.33, pane_y / 7), size)
        pixels = mix(pixels, mix(front, glass, panes), house)
    return pixels


def _evening(draws: Draws, size: int) -> Numbers:
    x, y = coordinates(size)
    above = colour_between(draws, (0.1, 0.1, 0.3), (0.45, 0.32, 0.55))
    below = colour_between(draws, (0.95, 0.5, 0.25), (0.16, 0.2, 0.34))
    pixels = mix(above, below, np.broadcast_to(y, (len(above), size, size)))
    for _ in range(7):
        lamp = colour_between(draws, (1.0, 0.85, 0.5), (0.95, 0.3, 0.22))
        across, down = x - draws.uniform(), y - draws.uniform(0.3, 1)
        radius = draws.uniform(0.03, 0.14)
        disc = covered((radius - np.sqrt(across * across + down * down)) * 0.6, size)
        pixels = mix(pixels, lamp, disc * draws.uniform(0.25, 0.75))
    return pixels


SCENES: tuple[Callable[[Draws, int], Numbers], ...] = (
    _sky,
    _road,
    _leaves,
    _wall,
    _street,
    _evening,
)
"""The kinds of background."""
