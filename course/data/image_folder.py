"""Finds and decodes images in class folders, the layout of ImageNet.

Either PATH/train/<class>/* with PATH/val/<class>/* (or PATH/test/<class>/*), or PATH/<class>/*
alone, of which a fixed fifth of each class is used for testing.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor
from tqdm import tqdm

from course.errors import CourseError

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
TEST_FOLDERS = ("val", "test")


@dataclass(frozen=True)
class Listing:
    """The image files of a folder before any is opened: one label (an index of `classes`) each."""

    train_paths: list[Path]
    train_labels: list[int]
    test_paths: list[Path]
    test_labels: list[int]
    classes: tuple[str, ...]


def find_images(folder: Path) -> Listing:
    """List the images below `folder`; classes are numbered in the order of their names.

    Raises CourseError when there are no class folders, a class is empty, a class of the test
    folder was never trained on, or there is a train folder without a test folder.
    """
    if not folder.is_dir():
        raise CourseError(f"{folder} is not a folder; write imagefolder:PATH with an existing PATH")
    if (folder / "train").is_dir():
        train, test = _separate_folders(folder)
    else:
        train, test = _split_classes(folder)
    classes = tuple(sorted(train))
    unknown = sorted(set(test) - set(classes))
    if unknown:
        raise CourseError(f"{folder}: no training images for the class {unknown[0]!r}")
    train_paths, train_labels = _flatten(train, classes)
    test_paths, test_labels = _flatten(test, classes)
    return Listing(train_paths, train_labels, test_paths, test_labels, classes)


def decode(paths: Sequence[Path], image_size: int, *, progress: bool = True) -> Tensor:
    """Images as float32 (N, 3, image_size, image_size) in [0,1].

    Each is converted to RGB, scaled so that it covers the square, and cropped in the middle.
    Raises CourseError naming the first file that cannot be read.
    """
    if image_size < 1:
        raise CourseError(f"image size must be at least 1, not {image_size}")
    pixels = np.empty((len(paths), image_size, image_size, 3), dtype=np.uint8)
    workers = min(8, os.cpu_count() or 1)
    # Pillow lets go of the interpreter lock while it decodes, so threads do run side by side.
    pool = ThreadPoolExecutor(workers)
    try:
        decoded = pool.map(lambda path: _decode_one(path, image_size), paths)
        bar = tqdm(
            decoded, "decoding", len(paths), unit="image", disable=None if progress else True
        )
        for index, image in enumerate(bar):
            pixels[index] = image
    finally:
        # After an unreadable file or Ctrl-C the remaining thousands need not be decoded.
        pool.shutdown(cancel_futures=True)
    channels_first = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    return channels_first.to(torch.float32, memory_format=torch.contiguous_format).div_(255)


def _decode_one(path: Path, image_size: int) -> NDArray[np.uint8]:
    square = (image_size, image_size)
    try:
        with Image.open(path) as image:
            # JPEG can be decoded at 1/2, 1/4 or 1/8 of its size. Twice the wanted size is decoded,
            # so that the filter below still has pixels to average.
            image.draft("RGB", (2 * image_size, 2 * image_size))
            fitted = ImageOps.fit(image.convert("RGB"), square, Image.Resampling.BILINEAR)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise CourseError(
            f"{path} cannot be read as an image ({error}); replace it or take it out of the folder"
        ) from error
    return np.asarray(fitted)


def _separate_folders(folder: Path) -> tuple[dict[str, list[Path]], dict[str, list[Path]]]:
    for name in TEST_FOLDERS:
        if (folder / name).is_dir():
            return _class_folders(folder / "train"), _class_folders(folder / name)
    raise CourseError(
        f"{folder} has train/ but neither val/ nor test/; add one,"
        f" or use imagefolder:{folder / 'train'} to have a fifth of each class kept for testing"
    )


def _split_classes(folder: Path) -> tuple[dict[str, list[Path]], dict[str, list[Path]]]:
    """Four fifths and one fifth of each class, in an order that depends on file names alone."""
    train, test = {}, {}
    for name, paths in _class_folders(folder).items():
        if len(paths) < 2:
            raise CourseError(f"{folder / name} holds one image; two are needed to train and test")
        mixed = sorted(paths, key=lambda path: _name_digest(path, folder))
        held_out = max(1, len(paths) // 5)
        test[name], train[name] = sorted(mixed[:held_out]), sorted(mixed[held_out:])
    return train, test


def _name_digest(path: Path, folder: Path) -> bytes:
    return hashlib.sha256(path.relative_to(folder).as_posix().encode()).digest()


def _class_folders(folder: Path) -> dict[str, list[Path]]:
    found = {}
    for class_folder in sorted(entry for entry in folder.iterdir() if entry.is_dir()):
        if class_folder.name.startswith("."):
            continue
        files = (Path(top, name) for top, _, names in os.walk(class_folder) for name in names)
        paths = sorted(path for path in files if path.suffix.lower() in SUFFIXES)
        if not paths:
            raise CourseError(f"{class_folder} holds no images ({' '.join(sorted(SUFFIXES))})")
        found[class_folder.name] = paths
    if not found:
        raise CourseError(f"{folder} holds no class folders; expected {folder}/<class>/<image>")
    return found


def _flatten(
    by_class: dict[str, list[Path]], classes: tuple[str, ...]
) -> tuple[list[Path], list[int]]:
    pairs = [(path, label) for label, name in enumerate(classes) for path in by_class.get(name, [])]
    return [path for path, _ in pairs], [label for _, label in pairs]
