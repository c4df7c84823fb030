"""Each data profile loads what it promises, and refuses what is missing, damaged or unknown.

Files are made here in the real formats and sizes; only the tests marked `mnist` read real data.
"""

import hashlib
import pickle
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from course.budget import BUDGETS, Budget, budget
from course.data import PROFILES, Dataset, Split, data_root, load
from course.errors import CourseError
from course.idx import IDX_FILES
from course.torchvision_cpu import torchvision_datasets

# The same on every machine, or grades that name it could not be compared.
DIGITS_SHA256 = "6921552e09b6be392f7c2f1dbe9bf670c2dc5a5238e1b51e2a399f2a1b8d1e08"


def assert_fit_for_models(dataset: Dataset) -> None:
    """float32 NCHW in [0,1], int64 labels that are indices of the classes."""
    for split in (dataset.train, dataset.test):
        assert split.images.dtype == torch.float32
        assert split.images.shape == (len(split.labels), *dataset.image_shape)
        assert split.images.is_contiguous()
        assert split.images.min() >= 0
        assert split.images.max() <= 1
        assert split.labels.dtype == torch.int64
        assert split.labels.min() >= 0
        assert split.labels.max() < dataset.num_classes


# digits


def test_digits_are_1200_and_597_images_of_ten_classes(digits: Dataset) -> None:
    assert_fit_for_models(digits)
    assert (len(digits.train), len(digits.test)) == (1200, 597)
    assert digits.image_shape == (1, 28, 28)
    assert digits.num_classes == 10
    assert digits.train.labels.bincount().min() > 100


def test_digits_are_the_same_on_every_machine(digits: Dataset) -> None:
    assert digits.sha256 == DIGITS_SHA256
    assert load("digits").sha256 == DIGITS_SHA256


def test_digits_are_scikit_learns_scaled_bilinearly(digits: Dataset) -> None:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    small = torch.from_numpy(bunch.images).float().unsqueeze(1) / 16
    expected = F.interpolate(small, size=(28, 28), mode="bilinear").flatten(1)
    ours = torch.cat([digits.train.images, digits.test.images]).flatten(1)
    labels = torch.cat([digits.train.labels, digits.test.labels])
    nearest = torch.cdist(ours, expected).argmin(dim=1)
    assert len(nearest.unique()) == 1797
    assert (ours - expected[nearest]).abs().max() < 1e-6
    assert torch.equal(labels, torch.from_numpy(bunch.target)[nearest])


# Dataset


def tiny_dataset(counts: list[int]) -> Dataset:
    """A dataset whose class c has counts[c] images, and whose every image is its own number."""
    labels = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    images = torch.arange(len(labels)).div(len(labels)).reshape(-1, 1, 1, 1)
    split = Split(images, labels)
    return Dataset("tiny", split, split, tuple(f"class {c}" for c in range(len(counts))))


@pytest.mark.parametrize(
    ("counts", "taken", "expected"),
    [
        ([50, 50, 50], 30, [10, 10, 10]),
        ([2, 50, 50], 30, [2, 14, 14]),
        ([50, 50, 50], 1000, [50, 50, 50]),
    ],
)
def test_take_spreads_over_classes(counts: list[int], taken: int, expected: list[int]) -> None:
    dataset = tiny_dataset(counts).take(train=taken)
    assert dataset.train.labels.bincount().tolist() == expected
    assert len(dataset.train.images.unique()) == sum(expected)
    assert len(dataset.test) == sum(counts)


def test_take_keeps_images_with_their_labels() -> None:
    whole = tiny_dataset([20, 20]).train
    label_of = dict(zip(whole.images.flatten().tolist(), whole.labels.tolist(), strict=True))
    taken = tiny_dataset([20, 20]).take(train=11).train
    assert [label_of[value] for value in taken.images.flatten().tolist()] == taken.labels.tolist()


def test_take_is_decided_by_its_seed_alone() -> None:
    dataset = tiny_dataset([40, 40])
    first = dataset.take(train=20, seed=3)
    torch.manual_seed(99)
    assert first.sha256 == dataset.take(train=20, seed=3).sha256
    assert first.sha256 != dataset.take(train=20, seed=4).sha256
    fewer = dataset.take(train=7, seed=3)
    assert torch.equal(fewer.train.images, first.train.images[:7])


def test_take_leaves_the_dataset_and_the_random_state_alone(digits: Dataset) -> None:
    state = torch.random.get_rng_state()
    digits.take(10, 10)
    assert torch.equal(state, torch.random.get_rng_state())
    assert digits.sha256 == DIGITS_SHA256


@pytest.mark.parametrize("count", [0, -3])
def test_take_refuses_fewer_than_one(count: int) -> None:
    with pytest.raises(CourseError, match=str(count)):
        tiny_dataset([5, 5]).take(test=count)


def test_sha256_sees_every_part() -> None:
    base = tiny_dataset([3, 3])
    pixel = Split(base.train.images + 0.001, base.train.labels)
    label = Split(base.train.images, base.train.labels.flip(0))
    changed = [
        Dataset("tiny", pixel, base.test, base.classes),
        Dataset("tiny", label, base.test, base.classes),
        Dataset("tiny", base.train, pixel, base.classes),
        Dataset("tiny", base.train, base.test, ("class 1", "class 0")),
    ]
    assert len({dataset.sha256 for dataset in [base, *changed]}) == 5
    assert tiny_dataset([3, 3]).sha256 == base.sha256


# Names, folders, budgets


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("minst", "did you mean 'mnist'"),
        ("MNIST", "did you mean 'mnist'"),
        ("cifar-10", "did you mean 'cifar10'"),
        ("quux", "digits, signs, mnist, fashion-mnist, cifar10, imagefolder:PATH"),
        ("", "known"),
        ("digits:8x8", "there is no data profile 'digits:8x8'"),
        ("imagefolder", "imagefolder:PATH"),
        ("imagefolder:", "imagefolder:PATH"),
    ],
)
def test_unknown_profile_names_the_known_ones(asked: str, hint: str) -> None:
    for ask in (load, budget):
        with pytest.raises(CourseError, match=hint):
            ask(asked)


def test_every_profile_has_a_budget_it_can_meet() -> None:
    assert list(PROFILES) == list(BUDGETS)
    for name, profile in PROFILES.items():
        allowed = budget(name if name != "imagefolder" else "imagefolder:/somewhere")
        assert isinstance(allowed, Budget)
        assert 0 < allowed.epsilon < 1
        if profile.counts:
            assert allowed.train_images <= profile.counts[0]
            assert allowed.test_images <= profile.counts[1]


def test_data_root_follows_course_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA", "~/datasets")
    assert data_root() == Path.home() / "datasets"
    monkeypatch.delenv("COURSE_DATA")
    assert data_root() == Path.home() / ".cache" / "adversarial-course"


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_missing_data_says_where_and_what_to_run(name: str, tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        load(name, root=tmp_path)
    message = str(caught.value)
    assert str(tmp_path / PROFILES[name].folder) in message
    assert f"course data download {name}" in message
    assert "COURSE_DATA" in message
    assert not any(tmp_path.iterdir())


def test_size_is_refused_where_images_have_their_own() -> None:
    with pytest.raises(CourseError, match="fixed size"):
        load("digits", image_size=32)


# MNIST's layout


def write_idx(root: Path, dataset: str, *, label: int = 9) -> Path:
    """Files of the real size; image i is all black but for its first pixel, i % 256."""
    folder = root / dataset / "raw"
    folder.mkdir(parents=True)
    for name, shape in IDX_FILES.items():
        values = np.zeros(shape, dtype=np.uint8)
        first = values[:, 0, 0] if len(shape) == 3 else values
        first[:] = np.arange(shape[0]) % (256 if len(shape) == 3 else label + 1)
        header = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
        (folder / name).write_bytes(header + values.tobytes())
    return folder


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
    # The mean and deviation that everybody normalises with.
    assert mnist.train.images.mean() == pytest.approx(0.1307, abs=1e-4)
    assert mnist.train.images.std() == pytest.approx(0.3081, abs=1e-4)


@pytest.mark.mnist
def test_real_mnist_is_what_torchvision_reads(mnist: Dataset) -> None:
    theirs = torchvision_datasets().MNIST(data_root(), train=False)
    assert torch.equal(mnist.test.images[:, 0], theirs.data / 255)
    assert torch.equal(mnist.test.labels, theirs.targets)


# CIFAR-10, through torchvision


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


# Downloading


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
    with pytest.raises(CourseError, match=f"{name} could not be downloaded.*all mirrors failed"):
        load(name, root=tmp_path, download=True)


def test_download_fetches_what_is_missing_and_checks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(root: Path, *, download: bool) -> None:
        assert download
        write_idx(root, "MNIST")

    monkeypatch.setattr(torchvision_datasets(), "MNIST", fetch)
    with pytest.raises(CourseError, match="SHA-256"):
        load("mnist", root=tmp_path, download=True)


# Image folders


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
    with pytest.raises(CourseError, match="at least 1"):
        load(prepare(tmp_path, {"a": 2, "b": 2}), image_size=0, progress=False)


# torchvision


def test_torchvision_is_imported_whatever_its_operators_do() -> None:
    """In a fresh process, twice, and with nothing declared that was there before."""
    code = (
        "from course.torchvision_cpu import declare_missing_operators, torchvision_datasets\n"
        "assert torchvision_datasets() is torchvision_datasets()\n"
        "assert declare_missing_operators() == []\n"
        "import torchvision.transforms.v2, torchvision.models"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
