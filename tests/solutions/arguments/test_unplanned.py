"""Arguments of kinds that nobody planned for: the right result, or an error with the remedy."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from course import models
from course.errors import InputError, NotANumberError
from solutions.audit import attack_smoothed, evaluate, noisy_votes
from solutions.certificates import box, interval_margins, linear_margins
from solutions.cnn import train
from solutions.ensemble import ensemble, targeted_apgd
from solutions.evaluation import robust_accuracy, survival
from solutions.extensions.l2 import l2_pgd, project_l2
from solutions.extensions.patch import apply_patch, photograph, train_patch, train_sticker
from solutions.extensions.targeted import targeted_pgd
from solutions.extensions.trades import most_different, trades_loss, trades_train
from solutions.hooks import ActivationMonitor, activation_drift
from solutions.random_search import sign_noise
from solutions.verification import verify

LABELS = torch.arange(6)


@pytest.fixture
def model() -> nn.Module:
    return models.build("tiny-cnn", seed=0).eval()


@pytest.fixture
def images() -> Tensor:
    return torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def small() -> nn.Sequential:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 8), nn.ReLU(), nn.Linear(8, 10))


@pytest.fixture
def default_of_float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_batch_sizes_may_come_from_numpy(images: Tensor) -> None:
    for learn in (
        lambda size: train(models.build("linear", seed=0), images, LABELS, epochs=1, **size),
        lambda size: trades_train(
            models.build("linear", seed=0), images, LABELS, epsilon=0.1, beta=1, epochs=1, **size
        ),
    ):
        assert learn({"batch_size": np.int64(4)}) == learn({"batch_size": 4})


def test_training_refuses_labels_that_are_no_classes(model: nn.Module, images: Tensor) -> None:
    with pytest.raises(InputError, match="from 0 to 9"):
        train(model, images, LABELS + 10, epochs=1)
    with pytest.raises(InputError, match="from 0 to 9"):
        trades_train(model, images, LABELS + 10, epsilon=0.1, beta=1, epochs=1)


def test_training_names_images_the_network_does_not_take(images: Tensor) -> None:
    with pytest.raises(InputError, match=r"images are torch\.float64"):
        train(models.build("tiny-cnn"), images.double(), LABELS, epochs=1)
    broken = models.build("tiny-cnn")
    broken.logits.bias.data.fill_(math.nan)
    with pytest.raises(NotANumberError):
        train(broken, images, LABELS, epochs=1)


def test_a_monitor_is_not_entered_twice_at_once(model: nn.Module, images: Tensor) -> None:
    monitor = ActivationMonitor(model)
    with monitor, pytest.raises(ValueError, match="watching already"):
        monitor.__enter__()
    with monitor:
        model(images)
    assert monitor.stats["conv1"]["shape"][0] == len(images)
    assert not any(module._forward_hooks for module in model.modules())


def test_drift_refuses_as_its_docstring_says(model: nn.Module, images: Tensor) -> None:
    with pytest.raises(ValueError, match="is watched"):
        activation_drift(nn.Linear(28, 3), images, images)


@pytest.mark.parametrize("places", [1, 5, 7])
def test_each_image_needs_a_place_for_its_patch(places: int, images: Tensor) -> None:
    corner = torch.zeros(places, dtype=torch.int64)
    with pytest.raises(ValueError, match="one row and one column for each of 6 images"):
        apply_patch(torch.ones(1, 5, 5), images, corner, corner)


@pytest.mark.parametrize("shape", [(1, 3, 5), (3, 5, 5), (5, 5)])
def test_a_patch_is_square_and_of_the_images_channels(shape: Any, images: Tensor) -> None:
    with pytest.raises(ValueError, match=r"a patch is \(1, s, s\) here"):
        apply_patch(torch.ones(shape), images, LABELS * 0, LABELS * 0)


def test_patches_and_stickers_need_images_and_steps(model: nn.Module, images: Tensor) -> None:
    maps, lights = torch.eye(3).expand(6, 3, 3), torch.ones(6, 1)
    for chosen, steps in ((slice(0), 1), (slice(6), -1), (slice(6), 1.5)):
        some = images[chosen]
        with pytest.raises(InputError):
            train_patch(model, some, 1, 5, steps=steps)
        with pytest.raises(InputError):
            train_sticker(
                model, some, maps[chosen], lights[chosen], 1, size=4, half=0.5, steps=steps
            )


def test_a_photograph_in_float64_is_the_same(images: Tensor) -> None:
    scene = torch.rand(1, 4, 4), images, torch.eye(3).expand(6, 3, 3), torch.ones(6, 1)
    exact = photograph(*(each.double() for each in scene), 0.5)
    assert torch.allclose(photograph(*scene, 0.5).double(), exact, atol=1e-5)
    with pytest.raises(ValueError, match=r"a sticker is \(1, s, s\)"):
        photograph(torch.rand(3, 4, 4), *scene[1:], 0.5)


@pytest.mark.parametrize("epsilon", [-1.0, math.nan, "1"])
def test_a_projection_needs_a_length(epsilon: Any, images: Tensor) -> None:
    with pytest.raises(InputError):
        project_l2(images, images + 1, epsilon)


def test_a_projection_needs_one_shape(images: Tensor) -> None:
    for first, second in ((images, images[:1]), (images.flatten(1), images.flatten(1))):
        with pytest.raises(ValueError, match="need one shape"):
            project_l2(first, second, 1.0)


@pytest.mark.parametrize("dtype", [torch.int32, torch.uint8])
def test_targets_may_be_small_numbers(dtype: torch.dtype, model: nn.Module, images: Tensor) -> None:
    found = targeted_pgd(model, images, LABELS.to(dtype), 0.1, step_size=0.05, steps=2)
    assert found.equal(targeted_pgd(model, images, LABELS, 0.1, step_size=0.05, steps=2))
    logits = torch.randn(6, 10, generator=seeded())
    assert trades_loss(logits, logits, LABELS.to(dtype), 1.0) == trades_loss(
        logits, logits, LABELS, 1.0
    )


def test_the_trades_loss_refuses_what_is_no_class(images: Tensor) -> None:
    logits = torch.zeros(6, 10)
    for labels in (LABELS - 100, LABELS + 10, LABELS.float()):
        with pytest.raises(InputError):
            trades_loss(logits, logits, labels, 1.0)
    with pytest.raises(ValueError, match="beta"):
        trades_loss(logits, logits, LABELS, math.inf)


def test_images_that_ask_for_gradients_get_none(model: nn.Module, images: Tensor) -> None:
    asking = images.clone().requires_grad_()
    trades_train(copy.deepcopy(model), asking, LABELS, epsilon=0.1, beta=1.0, epochs=1)
    assert asking.grad is None
    assert not most_different(model, asking, 0.1, 2, seeded()).requires_grad
    assert not sign_noise(model, asking, LABELS, 0.1, 0).requires_grad


def test_an_attack_that_leaves_the_pixels_gives_no_accuracy(
    model: nn.Module, images: Tensor
) -> None:
    with pytest.raises(InputError, match="adversarial must lie in"):
        robust_accuracy(model, images, LABELS, lambda model, images, labels: images * 3)


def test_an_ensemble_refuses_before_it_attacks(model: nn.Module, images: Tensor) -> None:
    wrong = (model(images).argmax(dim=1) + 1) % 10  # so that nothing is left to attack
    with pytest.raises(InputError, match="epsilon"):
        ensemble(model, images, wrong, 8)
    with pytest.raises(ValueError, match="at least 4 classes"):
        ensemble(models.build("linear", num_classes=2), images, LABELS % 2, 0.1)


def test_a_survival_keeps_the_clean_accuracy_apart(model: nn.Module, images: Tensor) -> None:
    with pytest.raises(ValueError, match="'clean'"):
        survival(model, images, LABELS, {"clean": lambda model, images, labels: images})
    with pytest.raises(InputError, match="epsilon"):
        survival(model, images, LABELS, {}, epsilon=8)


def test_targeted_apgd_runs_inside_inference_mode(model: nn.Module, images: Tensor) -> None:
    truth = model(images).argmax(dim=1)
    expected = targeted_apgd(model, images, truth, 0.1, targets=2, steps=3, generator=seeded())
    with torch.inference_mode():
        found = targeted_apgd(model, images, truth, 0.1, targets=2, steps=3, generator=seeded())
    assert found.equal(expected)


def test_certificates_name_what_does_not_fit(small: nn.Sequential, images: Tensor) -> None:
    for margins in (interval_margins, linear_margins):
        with pytest.raises(InputError, match=r"images are torch\.float64"):
            margins(small, images.double(), LABELS, 0.01)
        with pytest.raises(InputError, match="does not take images"):
            margins(small, torch.rand(6, 1, 32, 32), LABELS, 0.01)
        with pytest.raises((InputError, TypeError), match=r"nn\.Flatten"):
            margins(nn.Sequential(nn.Linear(28, 10)), images, LABELS, 0.01)


def test_a_box_is_no_part_of_epsilons_graph(images: Tensor) -> None:
    low, high = box(images, torch.tensor(0.1, requires_grad=True))
    assert not low.requires_grad
    assert not high.requires_grad


def test_verification_in_float64_agrees(small: nn.Sequential, images: Tensor) -> None:
    label = int(small(images[:1]).argmax())
    expected = verify(small, images[0].requires_grad_(), label, 1e-4)
    assert expected.answer == "robust"
    assert verify(small.double(), images[0].double(), label, 1e-4) == expected


@pytest.mark.usefixtures("default_of_float64")
def test_a_default_of_float64_changes_no_result(small: nn.Sequential) -> None:
    small, images = small.float(), torch.rand(6, 1, 28, 28, dtype=torch.float32)
    assert l2_pgd(small, images, LABELS, 1, step_size=1, steps=1).dtype == torch.float32
    assert noisy_votes(small, images[0], 0.1, 5, seeded()).sum() == 5
    moved = attack_smoothed(small, images[0], 1, 0.1, 0.1, steps=1, samples=2, generator=seeded())
    assert moved.dtype == torch.float32
    assert 0 <= evaluate(small, images, LABELS, 0.1, [0.1], [0.3]) <= 1
    assert verify(small, images[0], 1, 1e-4)
    assert sign_noise(small, images, LABELS, 0.1, 0).dtype == torch.float32
    assert train_patch(small, images, 1, 5, steps=1).dtype == torch.float32
