"""MNIST's files as published: compressed, put there by hand, whole or damaged."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from course.data import PROFILES, load
from course.data.idx import IDX_FILES
from course.errors import CourseError


def idx_file(shape: tuple[int, ...]) -> bytes:
    """A file of the real size; all values are 1."""
    header = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
    return header + np.ones(shape, dtype=np.uint8).tobytes()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root with the four .gz files of Fashion-MNIST's layout and nothing else."""
    root = tmp_path_factory.mktemp("root")
    folder = root / "FashionMNIST" / "raw"
    folder.mkdir(parents=True)
    for name, shape in IDX_FILES.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(idx_file(shape), compresslevel=1))
    return root


def no_network(*_args: object, **_options: object) -> None:
    raise RuntimeError("all mirrors failed")


@pytest.mark.parametrize("download", [False, True])
def test_compressed_files_are_read_as_they_are(
    download: bool, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course.data.torchvision_datasets", no_network)
    before = sorted(published.rglob("*"))
    assert not PROFILES["fashion-mnist"].missing(published)
    dataset = load("fashion-mnist", root=published, download=download)
    assert (len(dataset.train), len(dataset.test)) == (60_000, 10_000)
    assert dataset.test.images[0, 0, 3, 3] == pytest.approx(1 / 255)
    assert sorted(published.rglob("*")) == before


@pytest.fixture
def one_changed(published: Path, tmp_path: Path) -> Path:
    """A root of links to the published files; the labels for testing may be replaced."""
    folder = tmp_path / "FashionMNIST" / "raw"
    folder.mkdir(parents=True)
    for path in (published / "FashionMNIST" / "raw").iterdir():
        (folder / path.name).symlink_to(path)
    changed = folder / "t10k-labels-idx1-ubyte.gz"
    changed.unlink()
    return changed


RIGHT = gzip.compress(idx_file((10_000,)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (RIGHT[:30], "cannot be unpacked"),
        (RIGHT[:-4] + b"0000", "cannot be unpacked"),
        (b"<html>not found</html>", "cannot be unpacked"),
        (RIGHT[:12] + b"\xff" * 8 + RIGHT[20:], "cannot be unpacked"),
        (gzip.compress(idx_file((9_999,))), "unpacks to 10,007 bytes, expected 10,008"),
        (gzip.compress(bytes(1_000_000)), "unpacks to more bytes, expected 10,008"),
        (gzip.compress(bytes(10_008)), "does not start like an IDX file"),
    ],
    ids=("cut", "checksum", "a-page", "overwritten", "short", "long", "no-idx"),
)
def test_a_damaged_compressed_file_is_named(content: bytes, words: str, one_changed: Path) -> None:
    one_changed.write_bytes(content)
    with pytest.raises(CourseError, match=words) as caught:
        load("fashion-mnist", root=one_changed.parents[2])
    assert str(one_changed) in str(caught.value)
    assert "course data download fashion-mnist" in str(caught.value)


def test_a_file_that_is_there_in_neither_form_is_missing(one_changed: Path) -> None:
    with pytest.raises(CourseError, match="t10k-labels-idx1-ubyte is missing"):
        load("fashion-mnist", root=one_changed.parents[2])


def test_the_uncompressed_file_comes_first(one_changed: Path) -> None:
    one_changed.write_bytes(b"damaged")
    one_changed.with_suffix("").write_bytes(idx_file((10_000,)))
    assert len(load("fashion-mnist", root=one_changed.parents[2]).test) == 10_000


def test_altered_mnist_is_refused_compressed_too(published: Path, tmp_path: Path) -> None:
    (tmp_path / "MNIST").symlink_to(published / "FashionMNIST")
    with pytest.raises(CourseError, match=r"train-images-idx3-ubyte\.gz was altered.*SHA-256"):
        load("mnist", root=tmp_path)


def test_an_archive_of_cifar10_laid_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(b"")
    with pytest.raises(CourseError, match=r"download cifar10` \(which unpacks .*cifar-10-python"):
        load("cifar10", root=tmp_path)
