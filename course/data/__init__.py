"""The course's images: six data profiles, each loaded into memory as two pairs of tensors.

Each function returns what was asked for, or a CourseError says what is missing and what to run.
"""

import hashlib
import importlib.util
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from course.budget import profile_name
from course.data.idx import IDX_FILES, MNIST_SHA256, compressed, read_idx
from course.data.image_folder import decode, find_images
from course.data.torchvision_cpu import torchvision_datasets
from course.errors import CourseError
from course.inputs import check_count, check_seed
from course.signs.alphabet import ROAD_SIGNS
from course.signs.profile import TEST_IMAGES, TRAIN_IMAGES, road_signs

DIGITS = tuple("0123456789")
FASHION = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)

CIFAR_ARCHIVE = "cifar-10-python.tar.gz"


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Images, float32 (N, C, H, W) in [0,1], and their labels, int64 (N,)."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        # Without the pixels: a notebook shows a dataset whenever a cell ends in one.
        return f"Split(images={tuple(self.images.shape)}, labels={tuple(self.labels.shape)})"

    def __getitem__(self, index: Tensor | slice) -> "Split":
        """The same images and labels, chosen by a slice or by a tensor of indices."""
        return Split(self.images[index], self.labels[index])

    def to(self, device: torch.device) -> "Split":
        """The same images and labels on a device; tensors already there are not copied."""
        return Split(self.images.to(device), self.labels.to(device))


@dataclass(frozen=True, eq=False)
class Dataset:
    """A training and a test split of one profile; `classes[label]` is the name of a class."""

    name: str
    train: Split
    test: Split
    classes: tuple[str, ...]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        channels, height, width = self.train.images.shape[1:]
        return channels, height, width

    @property
    def num_classes(self) -> int:
        """The number of classes."""
        return len(self.classes)

    @property
    def sizes(self) -> dict[str, int]:
        """What a network must fit, as `course.models.build` takes it: `build(name, **sizes)`."""
        channels, size, _ = self.image_shape
        return {"in_channels": channels, "image_size": size, "num_classes": self.num_classes}

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of class names, shapes and values: the same tensors, the same digest."""
        digest = hashlib.sha256("\n".join(self.classes).encode())
        for split in (self.train, self.test):
            for tensor in (split.images, split.labels):
                digest.update(f"{tensor.dtype}{tuple(tensor.shape)}".encode())
                digest.update(tensor.cpu().contiguous().numpy().data)
        return digest.hexdigest()

    def to(self, device: torch.device) -> "Dataset":
        """The same images on a device."""
        return Dataset(self.name, self.train.to(device), self.test.to(device), self.classes)

    def take(self, train: int | None = None, test: int | None = None, seed: int = 0) -> "Dataset":
        """At most `train` and `test` images, drawn at random and as evenly over classes as can be.

        The same seed draws the same images, and a smaller draw is the start of a larger one.
        None, or a number the split does not reach, keeps the split as it is.
        Raises CourseError for a number below 1.
        """
        return Dataset(
            self.name,
            self.train[balanced_subset(self.train.labels, train, seed)],
            self.test[balanced_subset(self.test.labels, test, seed)],
            self.classes,
        )


@dataclass(frozen=True)
class Profile:
    """The facts about a profile before it is loaded, and the function that loads it.

    `counts` are training and test images. `folder` and `files` are their place below the data root,
    in the layout of the torchvision class that downloads them; a profile without files is embedded
    or brings its own path. `read(root, download)` loads all of it.
    """

    title: str
    counts: tuple[int, int] | None = None
    image_shape: tuple[int, int, int] | None = None
    torchvision_class: str | None = None
    folder: str = ""
    files: tuple[str, ...] = ()
    read: Callable[[Path, bool], Dataset] | None = None

    def missing(self, root: Path) -> list[Path]:
        """The profile's files that are not below `root`; an IDX file may also be there as .gz."""
        paths = [root / self.folder / name for name in self.files]
        return [
            path
            for path in paths
            if not path.is_file() and not (path.name in IDX_FILES and compressed(path).is_file())
        ]


def data_root() -> Path:
    """The folder that holds datasets: `COURSE_DATA`, or without it `adversarial-course` in the
    folder for caches, which is `XDG_CACHE_HOME` or ~/.cache."""
    if chosen := os.environ.get("COURSE_DATA"):
        return Path(chosen).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "adversarial-course"


def load(
    profile: str,
    *,
    root: Path | None = None,
    download: bool = False,
    train: int | None = None,
    test: int | None = None,
    image_size: int | None = None,
    progress: bool = True,
) -> Dataset:
    """Load `digits`, `signs`, `mnist`, `fashion-mnist`, `cifar10` or `imagefolder:PATH`.

    `root` replaces `data_root()`; files are fetched only with `download`, and only missing ones.
    The four files of MNIST and Fashion-MNIST may be there as published, NAME.gz. `train` and `test`
    bound the number of images as `Dataset.take` does; an image folder then decodes no others.
    `image_size` (default 32) and `progress` (a bar while decoding) concern image folders alone.

    Raises CourseError for an unknown profile, missing, damaged or unreadable files, and a size
    for a profile with images of fixed size.
    """
    read = PROFILES[profile_name(profile)].read
    if read is not None and image_size is not None:
        raise CourseError(
            f"images of {profile} have a fixed size; those of imagefolder:PATH do not"
        )
    try:
        if read is not None:
            folder = data_root() if root is None else Path(root).expanduser()
            return read(folder, download).take(train, test)
        size = 32 if image_size is None else check_count(image_size, "image_size")
        return _image_folder(profile, size, train=train, test=test, progress=progress)
    except OSError as error:
        raise CourseError(f"{profile} cannot be read: {error}") from error


def balanced_subset(labels: Tensor, count: int | None, seed: int) -> Tensor:
    """Indices of `count` labels, int64, spread over classes; all in order if there are no more.

    labels (N,), int64. The same seed draws the same indices. Raises CourseError for a count
    below 1.
    """
    if count is None or count == math.inf:
        return torch.arange(len(labels))
    if check_count(count, "the number of images to take") >= len(labels):
        return torch.arange(len(labels))
    seed = check_seed(seed, least=0, most=2**32 - 1)
    # numpy promises that this old generator never changes, so a subset is the same everywhere.
    order = np.random.RandomState(seed).permutation(len(labels))
    shuffled = labels.cpu().numpy()[order]
    place_in_class = np.empty(len(order), dtype=np.int64)
    for label in np.unique(shuffled):
        members = np.flatnonzero(shuffled == label)
        place_in_class[members] = np.arange(len(members))
    chosen = np.argsort(place_in_class, kind="stable")[:count]
    return torch.from_numpy(order[chosen].astype(np.int64))


def _digits(_root: Path, _download: bool) -> Dataset:
    # The file that its `load_digits` reads: importing scikit-learn would take a second for it.
    spec = importlib.util.find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise CourseError("digits come with scikit-learn: pip install scikit-learn")
    table = np.loadtxt(Path(spec.origin).parent / "datasets/data/digits.csv.gz", delimiter=",")
    small = torch.from_numpy(table[:, :-1].reshape(-1, 1, 8, 8)) / 16
    large = F.interpolate(small, size=(28, 28), mode="bilinear", align_corners=False)
    # Weights are multiples of 1/14 in each direction, so every pixel is a whole number of 1/3136.
    # Rounding to it makes the images, and their digest, the same on every processor.
    images = (large * 3136).round().div(3136).to(torch.float32)
    everything = Split(images, torch.from_numpy(table[:, -1]).to(torch.int64))
    order = torch.from_numpy(np.random.RandomState(0).permutation(len(everything)))
    return Dataset("digits", everything[order[:1200]], everything[order[1200:]], DIGITS)


def _signs(root: Path, _download: bool) -> Dataset:
    train_images, train_labels, test_images, test_labels = road_signs(root)
    train, test = Split(train_images, train_labels), Split(test_images, test_labels)
    return Dataset("signs", train, test, ROAD_SIGNS.classes)


def _mnist(root: Path, download: bool) -> Dataset:
    return _idx_dataset("mnist", root, download, sha256=MNIST_SHA256, classes=DIGITS)


def _fashion_mnist(root: Path, download: bool) -> Dataset:
    # No digests: torchvision checks the archives it downloads; size and header are checked here.
    return _idx_dataset("fashion-mnist", root, download, sha256={}, classes=FASHION)


def _idx_dataset(
    name: str, root: Path, download: bool, *, sha256: dict[str, str], classes: tuple[str, ...]
) -> Dataset:
    folder = _require_files(name, root, download)
    remedy = _remedy(name)
    values = {
        file: torch.from_numpy(
            read_idx(folder / file, shape, sha256=sha256.get(file), remedy=remedy).copy()
        )
        for file, shape in IDX_FILES.items()
    }

    def split(prefix: str) -> Split:
        labels = values[f"{prefix}-labels-idx1-ubyte"].to(torch.int64)
        if int(labels.max()) >= len(classes):
            path = folder / f"{prefix}-labels-idx1-ubyte"
            raise CourseError(f"{path} holds the label {int(labels.max())}. {remedy}")
        images = values[f"{prefix}-images-idx3-ubyte"].unsqueeze(1)
        return Split(images.to(torch.float32).div_(255), labels)

    return Dataset(name, split("train"), split("t10k"), classes)


def _cifar10(root: Path, download: bool) -> Dataset:
    folder = _require_files("cifar10", root, download)
    datasets = torchvision_datasets()
    source = datasets.CIFAR10
    digests = dict([*source.train_list, *source.test_list, ("batches.meta", source.meta["md5"])])
    for file, md5 in digests.items():
        path = folder / file
        found = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        if found != md5:
            raise CourseError(
                f"{path} was altered or cut short: {path.stat().st_size:,} bytes with MD5 {found},"
                f" expected {md5}. {_remedy('cifar10')}"
            )
    train, test = source(root, train=True), source(root, train=False)

    def split(part: "datasets.CIFAR10") -> Split:  # type: ignore[name-defined]
        pixels = torch.from_numpy(part.data).permute(0, 3, 1, 2)
        images = pixels.to(torch.float32, memory_format=torch.contiguous_format).div_(255)
        return Split(images, torch.tensor(part.targets, dtype=torch.int64))

    return Dataset("cifar10", split(train), split(test), tuple(train.classes))


def _image_folder(
    profile: str, image_size: int, *, train: int | None, test: int | None, progress: bool
) -> Dataset:
    found = find_images(Path(profile.partition(":")[2]).expanduser())

    def split(paths: list[Path], labels: list[int], count: int | None) -> Split:
        all_labels = torch.tensor(labels, dtype=torch.int64)
        index = balanced_subset(all_labels, count, seed=0)
        chosen = [paths[position] for position in index.tolist()]
        return Split(decode(chosen, image_size, progress=progress), all_labels[index])

    return Dataset(
        profile,
        split(found.train_paths, found.train_labels, train),
        split(found.test_paths, found.test_labels, test),
        found.classes,
    )


def _require_files(name: str, root: Path, download: bool) -> Path:
    """The folder with all files of a profile; they are fetched only on request."""
    profile = PROFILES[name]
    missing = profile.missing(root)
    if missing and download and profile.torchvision_class:
        try:
            getattr(torchvision_datasets(), profile.torchvision_class)(root, download=True)
        except CourseError:
            raise
        except Exception as error:  # any error of a network, a mirror or an archive
            raise CourseError(
                f"{name} could not be downloaded to {root}: {error}. Try later, or get"
                f" {_published(name)} in another way, put it into {root / _place(name)} as it is,"
                f" and run this again"
            ) from error
        missing = profile.missing(root)
    if missing:
        by_hand = root / _place(name) / CIFAR_ARCHIVE
        unpacks = f" (which unpacks {by_hand})" if name == "cifar10" and by_hand.is_file() else ""
        raise CourseError(
            f"{name} is not in {missing[0].parent} ({missing[0].name} is missing):"
            f" run `course data download {name}`{unpacks},"
            f" or set COURSE_DATA to the folder that holds {profile.folder}"
        )
    return root / profile.folder


def _published(name: str) -> str:
    """The names under which a profile's files are published."""
    return CIFAR_ARCHIVE if name == "cifar10" else ", ".join(f"{file}.gz" for file in IDX_FILES)


def _place(name: str) -> str:
    """The folder below the data root for the files as published."""
    return "" if name == "cifar10" else PROFILES[name].folder


def _remedy(name: str) -> str:
    return f"Delete it and run `course data download {name}`."


PROFILES: dict[str, Profile] = {
    "digits": Profile("handwritten digits, 8x8 scaled up", (1_200, 597), (1, 28, 28), read=_digits),
    "signs": Profile(
        "road signs drawn by a program, colour",
        (TRAIN_IMAGES, TEST_IMAGES),
        (3, 32, 32),
        read=_signs,
    ),
    "mnist": Profile(
        "handwritten digits",
        (60_000, 10_000),
        (1, 28, 28),
        "MNIST",
        "MNIST/raw",
        tuple(IDX_FILES),
        _mnist,
    ),
    "fashion-mnist": Profile(
        "pieces of clothing",
        (60_000, 10_000),
        (1, 28, 28),
        "FashionMNIST",
        "FashionMNIST/raw",
        tuple(IDX_FILES),
        _fashion_mnist,
    ),
    "cifar10": Profile(
        "animals and vehicles, colour",
        (50_000, 10_000),
        (3, 32, 32),
        "CIFAR10",
        "cifar-10-batches-py",
        (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch", "batches.meta"),
        _cifar10,
    ),
    "imagefolder": Profile("class folders of your own: imagefolder:PATH"),
}
