"""Modes, frozen normalisation, gradients and batches, in every training of the course."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from course.errors import InputError
from course.models import build
from course.training import Recipe, fit
from course.training_loop import split_batches, training_mode
from solutions.adversarial_training import adversarial_train
from solutions.cnn import train
from solutions.extensions.trades import trades_train

ONCE = Recipe(epochs=1, batch_size=64)
TRAININGS: dict[str, Callable[[nn.Module, Tensor, Tensor], object]] = {
    "fit": lambda m, x, y: fit(m, x, y, ONCE, progress=False),
    "train": lambda m, x, y: train(m, x, y, epochs=1),
    "adversarial_train": lambda m, x, y: adversarial_train(m, x, y, epsilon=0.1, epochs=1),
    "trades_train": lambda m, x, y: trades_train(m, x, y, epsilon=0.1, beta=1.0, epochs=1),
}
every_training = pytest.mark.parametrize("training", TRAININGS.values(), ids=TRAININGS)

# The reference answers of assignments 1 and 5 are as plain as the lectures.
PLAIN = ("train", "adversarial_train")
SHARING = {name: training for name, training in TRAININGS.items() if name not in PLAIN}
sharing_training = pytest.mark.parametrize("training", SHARING.values(), ids=SHARING)


def digits_of_noise(count: int) -> tuple[Tensor, Tensor]:
    images = torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    return images, torch.arange(count) % 10


def with_batch_norm() -> nn.Sequential:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 10)
    )


def modes(model: nn.Module) -> list[bool]:
    return [module.training for module in model.modules()]


# --- frozen normalisation ------------------------------------------------------------------------


def in_eval_mode_and_without_gradients(model: nn.Sequential) -> None:
    model[2].eval().requires_grad_(False)


def in_eval_mode(model: nn.Sequential) -> None:
    model[2].eval()


def without_gradients_in_a_network_in_eval_mode(model: nn.Sequential) -> None:
    model.eval()
    model[2].requires_grad_(False)


@sharing_training
@pytest.mark.parametrize(
    "freeze",
    [
        in_eval_mode_and_without_gradients,
        in_eval_mode,
        without_gradients_in_a_network_in_eval_mode,
    ],
)
def test_a_frozen_normalisation_keeps_its_statistics(training, freeze) -> None:
    model = with_batch_norm()
    freeze(model)
    before = model[2].running_mean.clone()
    training(model, *digits_of_noise(70))
    assert torch.equal(model[2].running_mean, before)
    assert not model[2].training


@every_training
def test_a_network_in_eval_mode_learns_its_statistics(training) -> None:
    model = with_batch_norm().eval()
    before = model[2].running_mean.clone()
    training(model, *digits_of_noise(70))
    assert not torch.equal(model[2].running_mean, before)


def test_weights_alone_do_not_freeze_the_statistics() -> None:
    model = with_batch_norm()
    model[2].requires_grad_(False)
    with training_mode(model):
        assert model[2].training


# --- modes after an error ------------------------------------------------------------------------


class Fails(nn.Module):
    """Raises where it is run in training mode."""

    def forward(self, images: Tensor) -> Tensor:
        if self.training:
            raise ZeroDivisionError
        return images


@every_training
def test_modes_are_put_back_after_an_error(training) -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Dropout(), Fails()).eval()
    model[2].train()
    before = modes(model)
    with pytest.raises(ZeroDivisionError):
        training(model, *digits_of_noise(8))
    assert modes(model) == before


# --- a last batch of one -------------------------------------------------------------------------


@every_training
def test_a_last_batch_of_one_is_learned_from(training) -> None:
    model = with_batch_norm()
    training(model, *digits_of_noise(129))
    assert model[2].num_batches_tracked >= 2
    assert all(weight.isfinite().all() for weight in model.parameters())


def test_one_left_over_joins_the_batch_before_it_only_where_it_must() -> None:
    order = torch.arange(129).flip(0)
    sizes = {
        "plain": [len(b) for b in split_batches(build("tiny-cnn"), order, 64)],
        "normalised": [len(b) for b in split_batches(with_batch_norm(), order, 64)],
        "frozen": [len(b) for b in split_batches(with_batch_norm().eval(), order, 64)],
        "two left": [len(b) for b in split_batches(with_batch_norm(), order, 127)],
    }
    assert sizes == {
        "plain": [64, 64, 1],
        "normalised": [64, 65],
        "frozen": [64, 64, 1],
        "two left": [127, 2],
    }
    assert torch.equal(torch.cat(split_batches(with_batch_norm(), order, 64)), order)


@sharing_training
def test_one_image_alone_is_refused_with_the_remedy(training) -> None:
    model = with_batch_norm()
    before = modes(model)
    with pytest.raises(InputError, match="at least two images"):
        training(model, *digits_of_noise(1))
    assert modes(model) == before


@pytest.mark.parametrize("name", PLAIN)
def test_one_image_alone_is_refused_by_pytorch_and_modes_are_put_back(name: str) -> None:
    model = with_batch_norm().eval()
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        TRAININGS[name](model, *digits_of_noise(1))
    assert not any(modes(model))


# --- gradients switched off around ---------------------------------------------------------------


@every_training
@pytest.mark.parametrize("off", [torch.no_grad, torch.inference_mode])
def test_gradients_may_be_off_around_a_training(training, off) -> None:
    images, labels = digits_of_noise(16)
    expected, model = build("tiny-cnn", seed=0), build("tiny-cnn", seed=0)
    training(expected, images, labels)
    with off():
        training(model, images * 1.0, labels * 1)
    for found, right in zip(model.parameters(), expected.parameters(), strict=True):
        assert torch.equal(found, right)


def test_a_network_made_in_inference_mode_is_refused() -> None:
    with torch.inference_mode():
        model = build("tiny-cnn", seed=0)
    with pytest.raises(InputError, match="make it outside"):
        fit(model, *digits_of_noise(4), ONCE, progress=False)


# --- what is refused -----------------------------------------------------------------------------


@every_training
@pytest.mark.parametrize(
    "change",
    [
        lambda x, y: (x * 255, y),
        lambda x, y: ((x - 0.5) / 0.25, y),
        lambda x, y: (x * float("nan"), y),
        lambda x, y: (x, y - 100),
    ],
)
def test_images_in_other_units_and_labels_out_of_range_are_refused(training, change) -> None:
    with pytest.raises(InputError):
        training(build("tiny-cnn"), *change(*digits_of_noise(4)))


@every_training
def test_images_that_miss_zero_by_rounding_are_learned_from(training) -> None:
    images, labels = digits_of_noise(8)
    training(build("tiny-cnn"), images - images.min() - 3e-8, labels)


# --- what cannot be learned from or with --------------------------------------------------------


@pytest.mark.parametrize(
    ("returned", "found"),
    [(lambda x: None, "NoneType"), (lambda x: x[1:], r"\(7, 1"), (lambda x: x[:0], r"\(0, 1")],
)
def test_a_perturbation_returns_the_batch_once_or_several_times(returned, found: str) -> None:
    images, labels = digits_of_noise(8)
    with pytest.raises(InputError, match=f"perturb must return .* got {found}"):
        fit(
            build("tiny-cnn", seed=0),
            images,
            labels,
            ONCE,
            perturb=lambda m, x, y, done: returned(x),
            progress=False,
        )


def test_a_perturbation_that_leaves_another_mode_does_not_change_the_training() -> None:
    images, labels = digits_of_noise(8)
    seen = []

    def perturb(model: nn.Module, x: Tensor, y: Tensor, done: float) -> Tensor:
        seen.append(model.training)
        model.eval()
        return x

    fit(build("simple-cnn"), images, labels, Recipe(epochs=2), perturb=perturb, progress=False)
    assert seen == [True, True]


def test_a_training_leaves_no_gradient_on_the_images() -> None:
    images, labels = digits_of_noise(8)
    images.requires_grad_()
    fit(build("tiny-cnn", seed=0), images, labels, ONCE, progress=False)
    assert images.grad is None


@pytest.mark.parametrize(
    ("model", "dtype", "label", "words"),
    [
        (nn.Flatten(), torch.float32, 0, "no weights that can learn"),
        (build("tiny-cnn").requires_grad_(False), torch.float32, 0, "no weights that can learn"),
        (build("tiny-cnn"), torch.float64, 0, "float64.*float32"),
        (build("tiny-cnn"), torch.float32, 10, "from 0 to 9"),
        (build("tiny-cnn", in_channels=3), torch.float32, 0, "does not take images of shape"),
        (nn.Conv2d(1, 10, 28), torch.float32, 0, r"shape \(8, 10, 1, 1\)"),
        (lambda x: x, torch.float32, 0, r"an nn\.Module, got a function"),
    ],
)
def test_what_cannot_be_learned_is_named(model, dtype, label: int, words: str) -> None:
    images, labels = digits_of_noise(8)
    with pytest.raises(InputError, match=words):
        fit(model, images.to(dtype), labels + label, ONCE, progress=False)


@pytest.mark.parametrize("change", [{"epochs": 1.5}, {"batch_size": 64.0}, {"batch_size": 0}])
def test_a_recipe_counts_in_whole_numbers(change: dict[str, float]) -> None:
    with pytest.raises(InputError, match=f"{next(iter(change))} must be a whole number"):
        Recipe(**{"epochs": 1} | change)
