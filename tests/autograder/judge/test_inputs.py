"""Hidden inputs are drawn from the secret and are in no file."""

from dataclasses import replace

import pytest
import torch

from autograder.judge import inputs
from autograder.judge.setting import Setting
from course import data
from course.budget import budget
from course.data import Dataset
from course.signs.alphabet import ROAD_SIGNS

EPSILON = budget("digits").epsilon


@pytest.fixture(scope="module")
def drawn() -> Dataset:
    return inputs.hidden_inputs(b"one", "a3-fgsm", "digits")


def test_a_secret_draws_the_same_images_each_time(drawn: Dataset) -> None:
    assert inputs.hidden_inputs(b"one", "a3-fgsm", "digits").sha256 == drawn.sha256
    assert Setting("a3-fgsm", "digits", b"one").dataset.sha256 == drawn.sha256


def test_another_secret_draws_others_in_another_order(drawn: Dataset) -> None:
    other = inputs.hidden_inputs(b"two", "a3-fgsm", "digits")
    assert not torch.equal(other.test.labels, drawn.test.labels)
    assert not torch.equal(other.train.images, drawn.train.images)


def test_every_digit_is_dealt_once(drawn: Dataset) -> None:
    public = data.load("digits")
    counts = [
        torch.cat([each.train.labels, each.test.labels]).bincount() for each in (drawn, public)
    ]
    assert torch.equal(*counts)
    assert (len(drawn.train), len(drawn.test)) == (1200, 597)


def test_no_published_image_is_within_epsilon_of_a_hidden_one(drawn: Dataset) -> None:
    public = data.load("digits")
    published = torch.cat([public.train.images, public.test.images]).flatten(1)
    hidden = drawn.test.images[:100]
    away = torch.cdist(hidden.flatten(1), published, p=float("inf")).min()
    assert away > EPSILON
    assert hidden.min() >= 0
    assert hidden.max() <= 1


@pytest.mark.parametrize("channels", [1, 3])
def test_varied_images_keep_type_shape_and_range(channels: int) -> None:
    images = torch.rand(4, channels, 9, 9, generator=torch.Generator().manual_seed(0))
    draw = inputs.generator(b"one", "a3-fgsm", "digits", "images")
    found = inputs.varied(images, draw)
    assert (found.shape, found.dtype) == (images.shape, torch.float32)
    assert images.min() * 0.9 <= found.min()
    assert found.max() <= images.max()


def test_public_inputs_are_those_that_everybody_has() -> None:
    public = data.load("digits")
    found = Setting("a3-fgsm", "digits").dataset
    assert torch.equal(found.test.images, public.test.images)


def test_public_signs_are_drawn_where_a_student_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bars are measured on drawn signs: the right answer lost 0.1 of a5 on the ten of the road."""
    few = replace(budget("signs"), train_images=20, test_images=10)
    monkeypatch.setattr(inputs, "budget", lambda profile: few)
    trained = inputs.public_inputs("a5-adversarial-training", "signs")
    assert not set(trained.classes) & set(ROAD_SIGNS.classes)
    assert (len(trained.train), len(trained.test)) == (20, 10)


def test_signs_are_drawn_and_new_where_a_student_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    few = replace(budget("signs"), train_images=20, test_images=10)
    monkeypatch.setattr(inputs, "budget", lambda profile: few)
    attacked = inputs.hidden_inputs(b"one", "a3-fgsm", "signs")
    trained = inputs.hidden_inputs(b"one", "a1-cnn", "signs")
    other = inputs.hidden_inputs(b"two", "a1-cnn", "signs")
    assert attacked.classes == ROAD_SIGNS.classes
    assert not set(trained.classes) & {*ROAD_SIGNS.classes, *other.classes}
    assert attacked.test.images.shape == (10, 3, 32, 32)


@pytest.mark.parametrize(("shape", "classes"), [((1, 28, 28), 10), ((3, 32, 32), 3)])
def test_a_new_task_fits_the_profile_and_belongs_to_the_secret(
    shape: tuple[int, int, int], classes: int
) -> None:
    def labels(secret: bytes, attempt: int) -> list[int]:
        train, test = inputs.new_task(secret, "a1-cnn", "digits", shape, classes, attempt=attempt)
        assert train.images.shape == (inputs.TASK_IMAGES, *shape)
        assert len(test) == inputs.TASK_TEST_IMAGES
        assert len(train.labels.unique()) == min(inputs.TASK_SIGNS, classes)
        assert train.labels.max() < classes
        return train.labels.tolist()

    first = labels(b"one", 0)
    assert first == labels(b"one", 0)
    assert first != labels(b"one", 1)
    assert first != labels(b"two", 0)
