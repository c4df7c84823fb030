"""The profile `signs`: fixed training and test images of the ten road signs, and their cache.

Drawing them takes seconds, so their pixels are stored in one file below the data root. Where this
file is missing or cannot be written, they are drawn again.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from course.errors import CourseError
from course.signs.alphabet import ROAD_SIGNS
from course.signs.sampling import World, as_images

TRAIN_IMAGES, TEST_IMAGES = 3_000, 1_000
TRAIN = World(ROAD_SIGNS, seed=1)
TEST = World(ROAD_SIGNS, seed=2)

PIXELS_SHA256 = "ca62fbe3758af9202f1c81f6a32c6008178d9a4cd77a6d7a49142abc69d309fa"
"""Of the pixels, the training images first: the same on every machine (`course.signs.sampling`)."""


def road_signs(root: Path) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Training images and labels, then test images and labels; read or written below `root`.

    Images are float32 (N, 3, 32, 32) in [0,1], labels int64 (N,). Raises CourseError for a file
    that was altered or cut short.
    """
    path = root / "signs" / f"{PIXELS_SHA256[:16]}.pixels"
    pixels = _read(path)
    if pixels is None:
        pixels = _drawn()
        _write(path, pixels)
    images = as_images(pixels)
    train, test = TRAIN.labels(TRAIN_IMAGES), TEST.labels(TEST_IMAGES)
    return (
        images[:TRAIN_IMAGES],
        torch.from_numpy(train),
        images[TRAIN_IMAGES:],
        torch.from_numpy(test),
    )


def _drawn() -> NDArray[np.uint8]:
    return np.concatenate([TRAIN.pixels(TRAIN_IMAGES), TEST.pixels(TEST_IMAGES)])


def _read(path: Path) -> NDArray[np.uint8] | None:
    """The pixels in a file, None where no file can be read."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    found = hashlib.sha256(content).hexdigest()
    if found != PIXELS_SHA256:
        raise CourseError(
            f"{path} was altered or cut short: {len(content):,} bytes with SHA-256 {found[:16]}…,"
            f" expected {PIXELS_SHA256[:16]}…. Delete it; the signs are then drawn again."
        )
    return np.frombuffer(bytearray(content), dtype=np.uint8).reshape(
        -1, TRAIN.size, TRAIN.size, TRAIN.channels
    )


def _write(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Store pixels for the next time, whole or not at all; a failure is ignored."""
    content = pixels.tobytes()
    if hashlib.sha256(content).hexdigest() != PIXELS_SHA256:  # a machine that rounds otherwise
        return
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    with suppress(OSError):
        unfinished.unlink()
