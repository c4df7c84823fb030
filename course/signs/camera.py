"""The camera's view of a sign: position, light, weather and lens.

As in the scenes, lengths are fractions of an image's side, so that a large picture shows the same
as a small one. `difficulty`, from 0 to 1, is the strength of each effect: at 0 a sign is seen from
the front, in even light, on a clear day.
"""

import numpy as np
from numpy.typing import NDArray

from course.signs.scene import colour_between, coordinates, covered, mix, value_noise
from course.signs.stream import Draws, Numbers

COLUMNS = 260
"""How many numbers the camera may draw for an image."""

_HALF_ANGLES = (0.315, 0.176, 0.087)  # tangents of half of 35, 20 and 10 degrees
_SAMPLES = 3  # a side, of the points in a pixel at which the sign is looked up
_BLUR_SIZE = 32  # the side at which one pass of the smallest filter is the strongest blur


def view(draws: Draws, difficulty: float) -> Numbers:
    """The map from an image to the plane of the sign, (n, 3, 3).

    It takes (u, v, 1), with u and v from -1 to 1 across the image, to homogeneous coordinates in
    which the sign fills the square from -1 to 1. A pinhole camera turns around the sign and
    moves: up to 35 degrees to the side, 20 up or down, 10 around its own axis.
    """
    half = draws.uniform(0.88 - 0.25 * difficulty, 0.9)
    free = (1 - half) * 0.8
    right = draws.uniform(-1, 1) * free * difficulty
    down = draws.uniform(-1, 1) * free * difficulty
    turns = (draws.uniform(-1, 1) * (limit * difficulty) for limit in _HALF_ANGLES)
    (cos_y, sin_y), (cos_x, sin_x), (cos_z, sin_z) = (_rotation(turn) for turn in turns)
    # The first two columns of Rz Ry Rx: where the sign's own axes point.
    axis_x = (cos_z * cos_y, sin_z * cos_y, -sin_y)
    axis_y = (
        cos_z * sin_y * sin_x - sin_z * cos_x,
        sin_z * sin_y * sin_x + cos_z * cos_x,
        cos_y * sin_x,
    )
    far = 4  # from the camera to the sign, in half widths of the sign
    zoom = half * far
    columns = (
        (zoom * axis_x[0] + right * axis_x[2], zoom * axis_x[1] + down * axis_x[2], axis_x[2]),
        (zoom * axis_y[0] + right * axis_y[2], zoom * axis_y[1] + down * axis_y[2], axis_y[2]),
        (right * far, down * far, np.full_like(half, far)),
    )
    return _inverse(columns)


def _rotation(tangent: Numbers) -> tuple[Numbers, Numbers]:
    """Cosine and sine from the tangent of half the angle, since processors round sines
    differently."""
    square = tangent * tangent
    return (1 - square) / (1 + square), 2 * tangent / (1 + square)


def _inverse(columns: tuple[tuple[Numbers, ...], ...]) -> Numbers:
    """The inverse of a matrix given by its columns, up to a factor: its rows are cross products."""
    rows = [
        (
            columns[i][1] * columns[j][2] - columns[i][2] * columns[j][1],
            columns[i][2] * columns[j][0] - columns[i][0] * columns[j][2],
            columns[i][0] * columns[j][1] - columns[i][1] * columns[j][0],
        )
        for i, j in ((1, 2), (2, 0), (0, 1))
    ]
    return np.concatenate([np.concatenate(row, axis=2) for row in rows], axis=1)


def look_up(
    textures: NDArray[np.uint8], labels: NDArray[np.intp], maps: Numbers, size: int
) -> Numbers:
    """Signs as the camera sees them: colours times alpha, and alpha (n, size, size, 4) in [0,1].

    textures (signs, side, side, 4), transparent at the border; labels (n,); maps of `view`.
    """
    side = textures.shape[1]
    texels = np.ascontiguousarray(textures).view(np.uint32).reshape(-1)
    start = (labels * (side * side)).reshape(-1, 1, 1)
    total = np.zeros((len(labels), size, size, 4), dtype=np.uint16)
    steps = np.arange(size * _SAMPLES, dtype=np.float32) + 0.5
    middles = steps * (2 / (size * _SAMPLES)) - 1
    for offset in range(_SAMPLES * _SAMPLES):
        down, across = divmod(offset, _SAMPLES)
        x, y = on_plane(maps, middles[across::_SAMPLES], middles[down::_SAMPLES])
        column, row = (
            np.clip((along + 1) * (side / 2), 0, side - 1).astype(np.intp) for along in (x, y)
        )
        found = texels[start + row * side + column]
        total += found.view(np.uint8).reshape(total.shape)
    return total.astype(np.float32) / (255 * _SAMPLES * _SAMPLES)


def on_plane(maps: Numbers, u: Numbers, v: Numbers) -> tuple[Numbers, Numbers]:
    """Coordinates on the plane of the sign, (n, v, u) each, of the points u across and v down."""
    u, v = u[None, None, :], v[None, :, None]
    x, y, w = (
        maps[:, row, 0, None, None] * u
        + maps[:, row, 1, None, None] * v
        + maps[:, row, 2, None, None]
        for row in range(3)
    )
    return x / w, y / w


def pole(draws: Draws, maps: Numbers, pixels: Numbers) -> Numbers:
    """The scene with a grey pole below the middle of the sign."""
    size = pixels.shape[1]
    grey = colour_between(draws, (0.35, 0.36, 0.38), (0.68, 0.69, 0.7))
    width = draws.uniform(0.05, 0.09)
    u = coordinates(size)[0][0] * 2 - 1
    x, y = on_plane(maps, u, u)
    inside = covered((width - np.abs(x)) * 0.4, size) * (y > 0)
    round_light = 1.15 - np.clip(np.abs(x / width + 0.3), 0, 1) * 0.5
    return mix(pixels, grey * round_light[..., None], inside)


def occlude(draws: Draws, pixels: Numbers, difficulty: float) -> Numbers:
    """A leafy twig or a sticker before some of the signs."""
    size = pixels.shape[1]
    x, y = coordinates(size)
    leaf = colour_between(draws, (0.12, 0.25, 0.08), (0.5, 0.5, 0.16))
    sticker = colour_between(draws, (0.9, 0.9, 0.86), (0.2, 0.5, 0.75))
    hidden, kind = draws.uniform() < 0.35 * difficulty, draws.uniform() < 0.5
    across, down = x - draws.uniform(0.15, 0.85), y - draws.uniform(0.15, 0.85)
    radius, squeeze = draws.uniform(0.08, 0.2), draws.uniform(0.5, 1)
    ragged = value_noise(draws.grid(9), size) * 0.16 - 0.08
    twig = covered(radius - np.sqrt(across * across + down * down) + ragged, size)
    card = covered(np.minimum(radius * 0.8 - np.abs(across), radius * squeeze - np.abs(down)), size)
    shade = 0.7 + value_noise(draws.grid(9), size) * 0.6
    thing = np.where(kind[..., None], leaf * shade[..., None], sticker)
    return mix(pixels, thing, np.where(kind, twig, card) * hidden)


def light(draws: Draws, pixels: Numbers, difficulty: float) -> Numbers:
    """Exposure, the colour of the light, its slope across the image, and the shadow of a tree."""
    size = pixels.shape[1]
    x, y = coordinates(size)
    exposure = _from_one(draws.uniform(0.15, 1.15), difficulty)
    warm = draws.uniform(-1, 1) * (0.16 * difficulty)
    slope_x, slope_y = (draws.uniform(-0.6, 0.6) * difficulty for _ in range(2))
    slope = 1 + slope_x * (x - 0.5) + slope_y * (y - 0.5)
    tree = np.clip((value_noise(draws.grid(5), size) - 0.5) * 6 + 0.5, 0, 1)
    depth = draws.uniform(-0.8, 0.6) * difficulty
    shadow = 1 - tree * np.maximum(depth, 0)
    cast = np.concatenate([1 + warm, np.ones_like(warm), 1 - warm], axis=2)[:, :, None]
    return pixels * (exposure * slope * shadow)[..., None] * cast


def _from_one(value: Numbers, difficulty: float) -> Numbers:
    """1 at difficulty 0, `value` at difficulty 1."""
    return 1 + (value - 1) * difficulty


def weather(draws: Draws, pixels: Numbers, difficulty: float) -> Numbers:
    """Haze, which lowers the contrast, and in some images rain."""
    size = pixels.shape[1]
    x, y = coordinates(size)
    haze = mix(
        colour_between(draws, (0.93, 0.95, 0.98), (0.36, 0.4, 0.5)),
        colour_between(draws, (0.62, 0.78, 0.95), (1.0, 0.74, 0.46)),
        draws.uniform(),
    )
    # At most 90 %: beyond that nobody could see a sign before its background.
    haziness = draws.uniform() * min(1.3 * difficulty, 0.9)
    pixels = mix(pixels, haze, np.broadcast_to(haziness, pixels.shape[:3]))
    raining = draws.uniform() < 0.2 * difficulty
    lean = draws.uniform(-0.35, 0.35)
    streaks = draws.block(3 * 14)
    wet = np.flatnonzero(raining)
    if not len(wet):
        return pixels
    streaks = streaks.rows(wet)
    drops = np.zeros((len(wet), size, size), dtype=np.float32)
    for _ in range(14):
        left, top, length = (
            streaks.uniform(-0.2, 1.2),
            streaks.uniform(-0.2, 1),
            streaks.uniform(0.1, 0.3),
        )
        beside = np.abs(x - left - lean[wet] * (y - top))
        along = np.minimum(y - top, top + length - y)
        drop = covered(np.minimum(0.008 - beside, along), size)
        drops = np.maximum(drops, drop)
    white = np.ones((1, 1, 1, 3), dtype=np.float32) * 0.9
    pixels[wet] = mix(pixels[wet], white, drops * 0.55)
    return pixels


def lens(draws: Draws, pixels: Numbers, difficulty: float) -> Numbers:
    """A blur: half of the images are a little out of focus."""
    strength = np.maximum(draws.uniform(-1, 1), 0) * (difficulty / 4)
    blurred = np.flatnonzero(strength)
    if not len(blurred):
        return pixels
    sharp, weight = pixels[blurred], strength[blurred][..., None]
    size = pixels.shape[1]
    # The variance of a blur grows with the number of passes, and with the square of the side.
    for _ in range(max(1, round((size / _BLUR_SIZE) ** 2))):
        for axis in (1, 2):
            sharp = (
                sharp
                + (_neighbour(sharp, axis, 1) + _neighbour(sharp, axis, -1) - 2 * sharp) * weight
            )
    pixels[blurred] = sharp
    return pixels


def _neighbour(pixels: Numbers, axis: int, step: int) -> Numbers:
    """Each pixel's neighbour along an axis; the border is its own."""
    last = pixels.shape[axis] - 1
    return np.take(pixels, np.clip(np.arange(last + 1) + step, 0, last), axis=axis)


def sensor(
    draws: Draws, pixels: Numbers, grain: NDArray[np.uint8], difficulty: float
) -> NDArray[np.uint8]:
    """The output of the sensor: a tone curve, noise, and 8 bits a number.

    grain (n, size, size, channels, 4), random bytes: the sum of four is close to a normal number.
    """
    curve = _from_one(draws.uniform(0.6, 1.5), difficulty)[..., None]
    level = draws.uniform()[..., None] * (0.012 * difficulty)
    pixels = np.clip(pixels, 0, 1)
    pixels = pixels / (pixels + curve * (1 - pixels))
    total = grain[..., 0].astype(np.float32)
    for part in range(1, 4):
        total += grain[..., part]
    noise = (total - 510) * (1 / 147.8)  # mean and deviation of that sum
    return np.rint(np.clip(pixels + noise * level, 0, 1) * 255).astype(np.uint8)
