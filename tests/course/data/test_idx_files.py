"""MNIST and Fashion-MNIST in their raw files: read, refused when damaged, downloaded."""

from pathlib import Path

import pytest
import torch
from support.data_files import assert_fit_for_models, write_idx

from course.data import PROFILES, Dataset, data_root, load
from course.data.torchvision_cpu import torchvision_datasets
from course.errors import CourseError

# --- MNIST's layout -------------------------------------------------------------------------------


def test_fashion_mnist_is_read_from_its_raw_files(tmp_path: Path) -> None:
    write_idx(tmp_path, "FashionMNIST")
    dataset = load("fashion-mnist", root=tmp_path)
    assert_fit_for_models(dataset)
    assert (len(dataset.train), len(dataset.test)) == PROFILES["fashion-mnist"].counts
    assert dataset.image_shape == PROFILES["fashion-mnist"].image_shape
    assert dataset.train.images[300, 0, 0, 0] == pytest.approx(44 / 255)
    assert dataset.test.labels[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert dataset.classes == tuple(torchvision_datasets().FashionMNIST.classes)


def test_load_takes_what_is_asked_for(tmp_path: Path) -> None:
    write_idx(tmp_path, "FashionMNIST")
    whole = load("fashion-mnist", root=tmp_path)
    part = load("fashion-mnist", root=tmp_path, train=100, test=20)
    assert part.sha256 == whole.take(100, 20).sha256
    assert part.train.labels.bincount().tolist() == [10] * 10


def test_truncated_file_is_named_with_both_sizes(tmp_path: Path) -> None:
    folder = write_idx(tmp_path, "FashionMNIST")
    path = folder / "train-images-idx3-ubyte"
    with path.open("r+b") as file:
        file.truncate(1_000_000)
    with pytest.raises(CourseError) as caught:
        load("fashion-mnist", root=tmp_path)
    for part in (str(path), "1,000,000", "47,040,016", "course data download fashion-mnist"):
        assert part in str(caught.value)


def test_wrong_header_is_refused(tmp_path: Path) -> None:
    path = write_idx(tmp_path, "FashionMNIST") / "t10k-images-idx3-ubyte"
    with path.open("r+b") as file:
        file.write(b"\x1f\x8b")
    with pytest.raises(CourseError, match=r"t10k-images.*IDX"):
        load("fashion-mnist", root=tmp_path)


def test_label_out_of_range_is_refused(tmp_path: Path) -> None:
    write_idx(tmp_path, "FashionMNIST", label=10)
    with pytest.raises(CourseError, match="train-labels-idx1-ubyte holds the label 10"):
        load("fashion-mnist", root=tmp_path)


def test_altered_mnist_is_refused_although_its_size_is_right(tmp_path: Path) -> None:
    folder = write_idx(tmp_path, "MNIST")
    with pytest.raises(CourseError) as caught:
        load("mnist", root=tmp_path)
    for part in (str(folder / "train-images-idx3-ubyte"), "SHA-256", "course data download mnist"):
        assert part in str(caught.value)


@pytest.mark.mnist
def test_real_mnist_is_accepted(mnist: Dataset) -> None:
    assert_fit_for_models(mnist)
    assert (len(mnist.train), len(mnist.test)) == (60_000, 10_000)
    assert mnist.train.labels[:8].tolist() == [5, 0, 4, 1, 9, 2, 1, 3]
    # The mean and deviation that are usual for normalising.
    assert mnist.train.images.mean() == pytest.approx(0.1307, abs=1e-4)
    assert mnist.train.images.std() == pytest.approx(0.3081, abs=1e-4)


@pytest.mark.mnist
def test_real_mnist_is_what_torchvision_reads(mnist: Dataset) -> None:
    theirs = torchvision_datasets().MNIST(data_root(), train=False)
    assert torch.equal(mnist.test.images[:, 0], theirs.data / 255)
    assert torch.equal(mnist.test.labels, theirs.targets)


# --- Downloading ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "torchvision_name"),
    [("mnist", "MNIST"), ("fashion-mnist", "FashionMNIST"), ("cifar10", "CIFAR10")],
)
def test_download_failure_is_told_in_words(
    name: str, torchvision_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_args: object, **_options: object) -> None:
        raise RuntimeError("all mirrors failed")

    monkeypatch.setattr(torchvision_datasets(), torchvision_name, no_network)
    words = f"{name} could not be downloaded.*all mirrors failed"
    with pytest.raises(CourseError, match=words) as caught:
        load(name, root=tmp_path, download=True)
    by_hand = "cifar-10-python.tar.gz" if name == "cifar10" else "t10k-labels-idx1-ubyte.gz"
    place = tmp_path if name == "cifar10" else tmp_path / torchvision_name / "raw"
    assert by_hand in str(caught.value)
    assert f"into {place} as it is" in str(caught.value)


def test_download_fetches_what_is_missing_and_checks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(root: Path, *, download: bool) -> None:
        assert download
        write_idx(root, "MNIST")

    monkeypatch.setattr(torchvision_datasets(), "MNIST", fetch)
    with pytest.raises(CourseError, match="SHA-256"):
        load("mnist", root=tmp_path, download=True)
