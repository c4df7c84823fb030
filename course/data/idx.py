"""Reads the raw files of MNIST and Fashion-MNIST, and refuses a file with other content.

The format is Yann LeCun's IDX: two zero bytes, the type (8: unsigned byte), the number of
dimensions, each dimension as a big-endian 32-bit number, then the values.
A file is read once, so the checked bytes are also the used ones. Where it is missing, the
compressed one beside it, as it is published (NAME.gz), is read instead.
"""

import gzip
import hashlib
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course.errors import CourseError

# Name of the uncompressed file, as torchvision keeps it below <dataset>/raw, and its shape.
IDX_FILES: dict[str, tuple[int, ...]] = {
    "train-images-idx3-ubyte": (60_000, 28, 28),
    "train-labels-idx1-ubyte": (60_000,),
    "t10k-images-idx3-ubyte": (10_000, 28, 28),
    "t10k-labels-idx1-ubyte": (10_000,),
}

# SHA-256 of MNIST's four uncompressed files.
MNIST_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def read_idx(
    path: Path, shape: tuple[int, ...], *, sha256: str | None, remedy: str
) -> NDArray[np.uint8]:
    """The values of one IDX file of unsigned bytes, in the shape that its profile prescribes.

    path: of the uncompressed file; where it is missing, `path` with .gz is read.

    Raises CourseError, ending in `remedy`, when size, header or (if given) SHA-256 differ.
    """
    header = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
    expected = len(header) + math.prod(shape)
    if not path.is_file() and compressed(path).is_file():
        path = compressed(path)
        content = _unpacked(path, expected, remedy)
    else:
        found = path.stat().st_size
        if found != expected:
            raise CourseError(f"{path} has {found:,} bytes, expected {expected:,}. {remedy}")
        content = path.read_bytes()
    if not content.startswith(header):
        raise CourseError(f"{path} does not start like an IDX file of shape {shape}. {remedy}")
    if sha256 is not None:
        digest = hashlib.sha256(content).hexdigest()
        if digest != sha256:
            raise CourseError(
                f"{path} was altered: its SHA-256 is {digest}, expected {sha256}"
                f" (size {len(content):,} bytes, as expected). {remedy}"
            )
    return np.frombuffer(content, dtype=np.uint8, offset=len(header)).reshape(shape)


def compressed(path: Path) -> Path:
    """The compressed file that may replace this one."""
    return path.with_name(f"{path.name}.gz")


def _unpacked(path: Path, expected: int, remedy: str) -> bytes:
    """The content of a gzip file. Raises CourseError unless it is `expected` bytes."""
    try:
        with gzip.open(path) as file:
            content = file.read(expected + 1)  # no more, even if the file unpacks to more
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CourseError(f"{path} cannot be unpacked ({error}). {remedy}") from error
    if len(content) != expected:
        found = f"{len(content):,}" if len(content) < expected else "more"
        raise CourseError(f"{path} unpacks to {found} bytes, expected {expected:,}. {remedy}")
    return content
