"""Data profiles: the digits, the known names, the place of data, and remedies for missing data."""

from pathlib import Path

import pytest
import torch
from support.data_files import assert_fit_for_models
from torch.nn import functional as F

from course.budget import BUDGETS, Budget, budget
from course.data import PROFILES, Dataset, data_root, load
from course.errors import CourseError

# The same on every machine; otherwise grades that name it could not be compared.
DIGITS_SHA256 = "6921552e09b6be392f7c2f1dbe9bf670c2dc5a5238e1b51e2a399f2a1b8d1e08"


# --- digits ---------------------------------------------------------------------------------------


def test_digits_are_1200_and_597_images_of_ten_classes(digits: Dataset) -> None:
    assert_fit_for_models(digits)
    assert (len(digits.train), len(digits.test)) == (1200, 597)
    assert digits.image_shape == (1, 28, 28)
    assert digits.num_classes == 10
    assert digits.sizes == {"in_channels": 1, "image_size": 28, "num_classes": 10}
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


# --- Dataset --------------------------------------------------------------------------------------


def test_take_leaves_the_dataset_and_the_random_state_alone(digits: Dataset) -> None:
    state = torch.random.get_rng_state()
    digits.take(10, 10)
    assert torch.equal(state, torch.random.get_rng_state())
    assert digits.sha256 == DIGITS_SHA256


# --- Names, folders, budgets ----------------------------------------------------------------------


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
