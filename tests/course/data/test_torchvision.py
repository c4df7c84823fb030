"""CIFAR-10 through torchvision, and the import of torchvision itself."""

import hashlib
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.data_files import assert_fit_for_models

from course.data import PROFILES, load
from course.data.torchvision_cpu import torchvision_datasets
from course.errors import CourseError

# --- CIFAR-10, through torchvision ----------------------------------------------------------------


@pytest.fixture
def tiny_cifar10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six batches of 20 images in CIFAR-10's pickled format, with their true digests."""
    source = torchvision_datasets().CIFAR10
    folder = tmp_path / source.base_folder
    folder.mkdir()
    names = ["airplane", "automobile", "bird", "cat", "deer"]
    names += ["dog", "frog", "horse", "ship", "truck"]

    def write(name: str, content: dict[str, object]) -> str:
        (folder / name).write_bytes(pickle.dumps(content))
        return hashlib.md5((folder / name).read_bytes(), usedforsecurity=False).hexdigest()

    digests = []
    for number, name in enumerate([*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]):
        pixels = np.full((20, 3072), 40 * number, dtype=np.uint8)
        pixels[:, :1024] = 255  # the red channel comes first
        digests.append([name, write(name, {"data": pixels, "labels": [*range(10)] * 2})])
    meta_digest = write("batches.meta", {"label_names": names})
    monkeypatch.setattr(source, "train_list", digests[:5])
    monkeypatch.setattr(source, "test_list", digests[5:])
    monkeypatch.setattr(source, "meta", {**source.meta, "md5": meta_digest})
    return tmp_path


def test_cifar10_is_read_through_torchvision(tiny_cifar10: Path) -> None:
    dataset = load("cifar10", root=tiny_cifar10)
    assert_fit_for_models(dataset)
    assert dataset.image_shape == PROFILES["cifar10"].image_shape
    assert (len(dataset.train), len(dataset.test)) == (100, 20)
    assert dataset.classes[6] == "frog"
    assert dataset.train.images[20].mean(dim=(1, 2)).tolist() == pytest.approx(
        [1, 40 / 255, 40 / 255]
    )


def test_altered_cifar10_names_the_file(tiny_cifar10: Path) -> None:
    path = tiny_cifar10 / PROFILES["cifar10"].folder / "data_batch_3"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CourseError) as caught:
        load("cifar10", root=tiny_cifar10)
    for part in (str(path), f"{path.stat().st_size:,} bytes", "course data download cifar10"):
        assert part in str(caught.value)


# --- torchvision ----------------------------------------------------------------------------------


def test_torchvision_is_imported_whatever_its_operators_do() -> None:
    """In a fresh process, twice; operators that exist are not declared again."""
    code = (
        "from course.data.torchvision_cpu import declare_missing_operators, torchvision_datasets\n"
        "assert torchvision_datasets() is torchvision_datasets()\n"
        "assert declare_missing_operators() == []\n"
        "import torchvision.transforms.v2, torchvision.models"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_torchvision_a_download_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra; existing files are read without it."""
    monkeypatch.setattr("course.data.torchvision_cpu.find_spec", lambda name: None)
    with pytest.raises(CourseError, match=r"pip install -c constraints\.txt torchvision") as caught:
        load("mnist", root=tmp_path, download=True)
    assert "could not be downloaded" not in str(caught.value)
