"""Arguments of kinds that nobody planned for: the right result, or an error with the remedy."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from course import batches, data, inputs, metrics, models, monitor, saving
from course.errors import CourseError, InputError, NotANumberError
from course.plots.inputs import numbers
from course.training import Recipe, fit


@pytest.fixture
def model() -> nn.Module:
    return models.build("tiny-cnn", seed=0).eval()


@pytest.fixture
def images() -> Tensor:
    return torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0))


LABELS = torch.arange(6)


def shifted(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """An attack that works in place on all that it gets."""
    labels.zero_()
    return images.mul_(0.5)


class Cut(nn.Module):
    """A network through which no gradient goes."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))

    @torch.no_grad()
    def forward(self, images: Tensor) -> Tensor:
        """Logits."""
        return self.inner(images)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, 2], r"got a list; use `torch\.as_tensor`"),
        (np.zeros(2), "got a ndarray"),
        (torch.zeros(2, device="meta"), "a shape and no values"),
        (torch.zeros(2, 2).to_sparse(), "must be dense"),
    ],
)
def test_only_tensors_with_values_pass(values: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        inputs.check_tensor(values, "images")


def test_labels_of_a_type_without_arithmetic_are_refused(images: Tensor) -> None:
    with pytest.raises(InputError, match="uint16"):
        inputs.check_labels(images, LABELS.to(torch.uint16))


@pytest.mark.parametrize("size", ["0.1", None, [0.1], np.array(0.1), True, 1j])
def test_a_size_is_one_number(size: Any) -> None:
    with pytest.raises(InputError, match="must be one number"):
        inputs.check_size(size)


@pytest.mark.parametrize("size", [0, 0.1, np.float32(0.1), torch.tensor(0.1), torch.tensor([0.1])])
def test_numbers_of_numpy_and_pytorch_are_sizes(size: Any) -> None:
    inputs.check_size(size)


@pytest.mark.parametrize("count", [3, np.int64(3), torch.tensor(3)])
def test_a_count_comes_back_as_an_int(count: Any) -> None:
    assert type(inputs.check_count(count, "steps")) is int


@pytest.mark.parametrize("seed", [True, 1.5, "1", None, 2**64, -(2**63) - 1])
def test_a_seed_is_a_whole_number_that_pytorch_takes(seed: Any) -> None:
    with pytest.raises(InputError, match="a seed must be a whole number"):
        inputs.check_seed(seed)


def test_a_device_without_its_number_is_no_device() -> None:
    with pytest.raises(CourseError, match="no device is called 'cpu:'"):
        inputs.chosen_device("cpu:")


def test_batch_sizes_may_come_from_numpy(model: nn.Module, images: Tensor) -> None:
    size = np.int64(4)
    assert metrics.predict(model, images, size).equal(metrics.predict(model, images, 4))
    batches.attack_in_batches(lambda m, x, y: x, model, images, LABELS, batch_size=size)
    for schedule in ("one-cycle", "step"):
        recipe = Recipe(epochs=np.int64(1), batch_size=size, seed=np.int64(0), schedule=schedule)
        plain = Recipe(epochs=1, batch_size=4, schedule=schedule)
        start = models.build("tiny-cnn", seed=0), models.build("tiny-cnn", seed=0)
        found, expected = (
            fit(network, images, LABELS, each, progress=False).loss
            for network, each in zip(start, (recipe, plain), strict=True)
        )
        assert found == expected


def test_a_field_of_a_recipe_that_is_no_number_is_named() -> None:
    with pytest.raises(CourseError, match=r"learning_rate='0\.1'"):
        Recipe(epochs=1, learning_rate="0.1")


def test_images_of_another_shape_are_named(model: nn.Module) -> None:
    with pytest.raises(InputError, match=r"does not take images of shape \(1, 32, 32\)"):
        metrics.predict(model, torch.rand(2, 1, 32, 32))


def test_networks_that_cannot_run_say_why(images: Tensor) -> None:
    lazy = nn.Sequential(nn.Flatten(), nn.LazyLinear(10))
    for call in (
        lambda: models.parameter_count(lazy),
        lambda: fit(lazy, images, LABELS, Recipe(epochs=1), progress=False),
        lambda: batches.channels_last_copy(lazy, images[:1]),
        lambda: saving.save(lazy, Path("lazy.safetensors"), name="tiny-cnn"),
    ):
        with pytest.raises(InputError, match="run `model"):
            call()
    with pytest.raises(InputError, match="the network is on meta, where"):
        metrics.predict(models.build("tiny-cnn").to("meta"), images)
    with pytest.raises(InputError, match="no gradient leads"):
        metrics.logits_of(Cut(), images.clone().requires_grad_())
    exported = torch.export.export(models.build("linear").eval(), (images,)).module()
    with pytest.raises(InputError, match="exported"):
        metrics.predict(exported, images)
    with pytest.raises(InputError, match="exported"):
        fit(exported, images, LABELS, Recipe(epochs=1), progress=False)


def test_translated_networks_are_measured_and_attacked(model: nn.Module, images: Tensor) -> None:
    expected = metrics.predict(model, images)
    traced = torch.jit.trace(model, images)
    for network in (traced, torch.jit.freeze(torch.jit.script(model))):
        assert torch.allclose(metrics.predict(network, images), expected, atol=1e-5)
    kept = batches.attack_in_batches(lambda m, x, y: x, traced, images, LABELS)
    assert kept.equal(images)


def test_an_attack_in_place_changes_nobodys_images(model: nn.Module, images: Tensor) -> None:
    before, labels = images.clone(), LABELS.clone()
    found = batches.attack_in_batches(shifted, model, images, labels)
    assert found.equal(before * 0.5)
    assert images.equal(before)
    assert labels.equal(LABELS)


def test_infinite_logits_have_no_confidence(images: Tensor) -> None:
    class Infinite(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x[:, 0, 0, :10] / 0

    with pytest.raises(NotANumberError, match="softmax"):
        metrics.confidence(Infinite(), images)


def test_a_confusion_matrix_has_a_class_at_least() -> None:
    none = torch.zeros(0, dtype=torch.int64)
    with pytest.raises(InputError, match="num_classes"):
        metrics.confusion_matrix(none, none, -3)


def test_an_interval_near_certainty_is_found() -> None:
    assert metrics.wilson_interval(1, 2, 1 - 1e-16)[0] < 0.01


def test_a_default_of_float64_changes_no_network(tmp_path: Path, images: Tensor) -> None:
    path = tmp_path / "net.safetensors"
    model = models.build("tiny-cnn", seed=0, normalize=([0.1], [0.3])).eval()
    expected = model(images)
    saving.save(model, path, name="tiny-cnn", normalize=([0.1], [0.3]))
    torch.set_default_dtype(torch.float64)
    try:
        loaded, _ = saving.load(path)
        saving.save(loaded, path, name="tiny-cnn", normalize=([0.1], [0.3]))
        assert loaded(images).equal(expected)
    finally:
        torch.set_default_dtype(torch.float32)


def test_a_header_as_long_as_a_pickle_begins_is_read(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    for letters in range(2000):
        saving.save(models.build("linear"), path, name="linear", metadata={"note": "x" * letters})
        if struct.unpack("<Q", path.read_bytes()[:8])[0] == 640:  # 0x0280: a pickle's two bytes
            break
    assert path.read_bytes()[:2] == b"\x80\x02"
    assert saving.load(path)[1] == {"note": "x" * letters}


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    saving.save(models.build("linear"), Path("~/net.safetensors"), name="linear")
    assert (tmp_path / "net.safetensors").is_file()
    assert not (tmp_path / "~").exists()
    assert saving.load(Path("~/net.safetensors"))


def test_what_cannot_be_saved_says_so(tmp_path: Path) -> None:
    model = models.build("linear")
    for path in ("", "."):
        with pytest.raises(CourseError, match="ends in a file's name"):
            saving.save(model, Path(path), name="linear")
    with pytest.raises(CourseError, match="`meta` has no weights"):
        saving.save(models.build("linear").to("meta"), tmp_path / "x", name="linear")
    saving.save(model, tmp_path / "x", name="linear", in_channels=np.int64(1))
    assert json.loads(saving.safe_open(tmp_path / "x", "pt").metadata()["arguments"])


@pytest.mark.parametrize(
    "options",
    [
        {"in_channels": 1.0},
        {"image_size": "28"},
        {"num_classes": None},
        {"normalize": 0.5},
        {"normalize": ()},
        {"normalize": (["a"], [0.2])},
    ],
)
def test_numbers_no_network_can_be_made_for_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        models.build("tiny-cnn", **options)


@pytest.mark.parametrize("count", [2.5, "5", True])
def test_a_number_of_images_is_whole(count: Any) -> None:
    with pytest.raises(InputError, match="number of images to take"):
        data.balanced_subset(LABELS, count, 0)


def test_a_seed_of_a_subset_is_one_of_numpy() -> None:
    with pytest.raises(InputError, match="a seed must be"):
        data.balanced_subset(LABELS, 2, -1)


@pytest.mark.parametrize("shape", [(28, 28), 28, None, (1, 28.0, 28), (1, 0, 28)])
def test_the_shape_of_an_image_is_three_counts(shape: Any) -> None:
    with pytest.raises(InputError):
        monitor.layer_summary(models.build("small-resnet"), shape)


@pytest.mark.parametrize("change", [Tensor.double, Tensor.byte, Tensor.numpy])
def test_feature_maps_of_other_numbers_are_refused(
    change: Callable[[Tensor], Any], model: nn.Module, images: Tensor
) -> None:
    with pytest.raises(InputError):
        monitor.feature_maps(model, change(images[0]), "conv1")


def test_figures_take_numbers_of_16_bits_and_nothing_ragged() -> None:
    assert numbers(torch.tensor([0.5, 1.0], dtype=torch.bfloat16), "shares").tolist() == [0.5, 1.0]
    for values in ([[1], [1, 2]], ["a"]):
        with pytest.raises(CourseError, match="shares must be numbers"):
            numbers(values, "shares")
