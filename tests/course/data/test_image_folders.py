"""Image folders: layouts, colours and sizes that are read, and folders that are refused."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from support.data_files import assert_fit_for_models

from course.data import load
from course.errors import CourseError


def write_images(folder: Path, count: int, *, colour: str = "red", suffix: str = "png") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        Image.new("RGB", (50, 40), colour).save(folder / f"image{number:03}.{suffix}")


def test_image_folder_in_imagenets_layout(tmp_path: Path) -> None:
    write_images(tmp_path / "train" / "n02", 6, colour="lime", suffix="JPEG")
    write_images(tmp_path / "train" / "n01", 5, colour="red")
    write_images(tmp_path / "val" / "n01", 2, colour="red")
    write_images(tmp_path / "val" / "n02", 3, colour="lime", suffix="JPEG")
    (tmp_path / "train" / "n01" / "notes.txt").write_text("not an image")
    dataset = load(f"imagefolder:{tmp_path}", progress=False)
    assert_fit_for_models(dataset)
    assert dataset.classes == ("n01", "n02")
    assert dataset.image_shape == (3, 32, 32)
    assert dataset.train.labels.tolist() == [0] * 5 + [1] * 6
    assert dataset.test.labels.tolist() == [0] * 2 + [1] * 3
    assert dataset.train.images[0].mean(dim=(1, 2)).tolist() == [1, 0, 0]
    green = dataset.train.images[-1].mean(dim=(1, 2))
    assert green.tolist() == pytest.approx([0, 1, 0], abs=0.02)  # JPEG


def test_image_folder_falls_back_on_test_and_takes_a_size(tmp_path: Path) -> None:
    for split in ("train", "test"):
        write_images(tmp_path / split / "cat", 2)
        write_images(tmp_path / split / "dog", 2)
    dataset = load(f"imagefolder:{tmp_path}", image_size=64, progress=False)
    assert dataset.image_shape == (3, 64, 64)
    assert (len(dataset.train), len(dataset.test)) == (4, 4)


def test_class_folders_alone_are_split_four_to_one_the_same_way_anywhere(tmp_path: Path) -> None:
    datasets = []
    for root in (tmp_path / "here", tmp_path / "elsewhere"):
        for label, name in enumerate(("a", "b")):
            (root / name).mkdir(parents=True)
            for number in range(10):
                shade = (number * 20, label * 255, 0)
                Image.new("RGB", (32, 32), shade).save(root / name / f"{number}.png")
        datasets.append(load(f"imagefolder:{root}", progress=False))
    first, second = datasets
    assert first.train.labels.bincount().tolist() == [8, 8]
    assert first.test.labels.bincount().tolist() == [2, 2]
    assert first.sha256 == second.sha256
    shades = torch.cat([first.train.images, first.test.images])[:, :2, 0, 0]
    assert len(shades.unique(dim=0)) == 20


def test_grey_palette_and_transparent_images_become_rgb(tmp_path: Path) -> None:
    for mode in ("L", "P", "RGBA", "1"):
        folder = tmp_path / f"mode-{mode}"
        folder.mkdir()
        for number in range(2):
            Image.new(mode, (40, 40), 1).save(folder / f"{number}.png")
    assert_fit_for_models(load(f"imagefolder:{tmp_path}", progress=False))


def test_images_are_cropped_in_the_middle_not_squeezed(tmp_path: Path) -> None:
    pixels = np.zeros((32, 96, 3), dtype=np.uint8)
    pixels[:, 32:64] = 255
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        for number in range(2):
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    assert load(f"imagefolder:{tmp_path}", progress=False).train.images.min() == 1


def test_only_the_images_asked_for_are_decoded(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_images(tmp_path / "train" / name, 10)
        write_images(tmp_path / "val" / name, 4)
    whole = load(f"imagefolder:{tmp_path}", progress=False)
    for path in tmp_path.rglob("*.png"):
        path.write_bytes(b"broken")
    write_images(tmp_path / "train" / "a", 10)
    write_images(tmp_path / "train" / "b", 10)
    with pytest.raises(CourseError, match="val"):
        load(f"imagefolder:{tmp_path}", train=6, test=2, progress=False)
    write_images(tmp_path / "val" / "a", 4)
    write_images(tmp_path / "val" / "b", 4)
    part = load(f"imagefolder:{tmp_path}", train=6, test=2, progress=False)
    assert part.sha256 == whole.take(6, 2).sha256


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", None])
def test_unreadable_image_is_named(content: bytes | None, tmp_path: Path) -> None:
    write_images(tmp_path / "a", 3, suffix="jpg")
    write_images(tmp_path / "b", 3, suffix="jpg")
    path = tmp_path / "b" / "image001.jpg"
    path.write_bytes(path.read_bytes()[:-300] if content is None else content)
    with pytest.raises(CourseError, match=r"image001\.jpg cannot be read as an image"):
        load(f"imagefolder:{tmp_path}", progress=False)


def prepare(folder: Path, images: dict[str, int]) -> str:
    for name, count in images.items():
        write_images(folder / name, count)
    return f"imagefolder:{folder}"


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ({}, "not a folder"),
        ({".": 3}, "no class folders"),
        ({"a": 3, "b": 0}, "b holds no images"),
        ({"a": 3, "b": 1}, "b holds one image"),
        ({"train/a": 2, "train/b": 2}, "neither val/ nor test/"),
        ({"train/a": 2, "train/b": 2, "val/a": 1, "val/c": 1}, "no training images.*'c'"),
    ],
)
def test_folder_that_is_no_dataset_is_told_why(
    images: dict[str, int], message: str, tmp_path: Path
) -> None:
    profile = prepare(tmp_path / "images", images)
    with pytest.raises(CourseError, match=message):
        load(profile, progress=False)


def test_image_size_must_be_positive(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="image_size must be a whole number >= 1"):
        load(prepare(tmp_path, {"a": 2, "b": 2}), image_size=0, progress=False)
