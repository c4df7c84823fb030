"""Assignment 6's reference: units, the closed form of a linear model, defences, Cohen's radius."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
import torch
from scipy import stats
from torch import Tensor, nn

from course.defences import Quantised, ScaledLogits
from course.metrics import accuracy
from course.models import Normalize, build
from course.training import fit, plain_recipe
from solutions.audit import (
    StraightThrough,
    attack_smoothed,
    break_defense,
    certified_radius,
    evaluate,
    noisy_votes,
    to_pixel_epsilon,
)
from solutions.pgd import pgd

MEAN, STD = [0.3], [0.25]


@pytest.fixture(scope="module")
def images() -> Tensor:
    """Bright or dark images with some texture."""
    generator = torch.Generator().manual_seed(0)
    shade = torch.linspace(0, 1, 60)[:, None, None, None]
    return (0.7 * shade + 0.3 * torch.rand(60, 1, 16, 16, generator=generator)).clamp(0, 1)


@pytest.fixture(scope="module")
def labels() -> Tensor:
    """The brightness, in three classes."""
    return torch.arange(60) // 20


@pytest.fixture(scope="module")
def network(images: Tensor, labels: Tensor) -> nn.Module:
    model = build("tiny-cnn", image_size=16, num_classes=3, seed=0)
    fit(model, images, labels, plain_recipe(20), progress=False)
    return model


def robust_linear(layer: nn.Linear, images: Tensor, labels: Tensor, epsilon: float) -> float:
    """The robust accuracy of a linear model on pixels, by trying the best move for every class."""
    survived = torch.ones(len(images), dtype=torch.bool)
    x = images.flatten(1)
    low, high = (x - epsilon).clamp(min=0), (x + epsilon).clamp(max=1)
    for i, label in enumerate(labels):
        for other in range(layer.out_features):
            if other == label:
                continue
            w = layer.weight[other] - layer.weight[label]
            lead = layer.bias[other] - layer.bias[label]
            worst = torch.where(w > 0, w * high[i], w * low[i]).sum() + lead
            survived[i] &= bool(worst < 0)
    return survived.double().mean().item()


# --- to_pixel_epsilon ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("epsilon", "std", "pixels"),
    [
        (0.1, 0.3081, 0.03081),
        (0.3, [0.2023, 0.1994, 0.2010], 0.06069),
        (8 / 255, 0.5, 4 / 255),
        (8, 1 / 255, 8 / 255),
        (0.0, (0.5,), 0.0),
    ],
)
def test_epsilon_in_pixels_by_hand(epsilon: float, std: float, pixels: float) -> None:
    assert to_pixel_epsilon(epsilon, std) == pytest.approx(pixels)


def test_converting_is_what_normalising_does(images: Tensor) -> None:
    normalise = Normalize(MEAN, STD)
    moved = STD[0] * (normalise(images) + 0.2) + MEAN[0]
    largest = (moved - images).abs().max().item()
    assert largest == pytest.approx(to_pixel_epsilon(0.2, STD), abs=1e-6)


@pytest.mark.parametrize(
    ("epsilon", "std"),
    [(-0.1, 0.3), (math.nan, 0.3), (math.inf, 0.3), (0.1, 0.0), (0.1, [0.3, -1]), (0.1, math.nan),
     (0.1, []), (0.1, [math.inf])],
)  # fmt: skip
def test_what_is_no_unit_is_refused(epsilon: float, std: float) -> None:
    with pytest.raises(ValueError, match="must be a finite number"):
        to_pixel_epsilon(epsilon, std)


# --- evaluate ------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("epsilon", [0.0, 0.02, 0.05, 0.1])
def test_a_linear_model_is_evaluated_exactly(epsilon: float, channels: int) -> None:
    generator = torch.Generator().manual_seed(channels)
    x = torch.rand(50, channels, 8, 8, generator=generator)
    x[:10] = x[:10].round()  # pixels at the very edge cannot move outwards
    layer = nn.Linear(channels * 64, 5)
    with torch.no_grad():
        layer.weight.normal_(generator=generator)
        layer.bias.normal_(generator=generator)
    y = layer(x.flatten(1)).argmax(dim=1)
    y[::10] = (y[::10] + 1) % 5  # some are wrong before any attack
    mean, std = [0.3, 0.5, 0.4][:channels], [0.2, 0.3, 0.6][:channels]
    scale = torch.tensor(std).repeat_interleave(64)
    normalised = nn.Sequential(nn.Flatten(), nn.Linear(channels * 64, 5))
    shift = torch.tensor(mean).repeat_interleave(64)
    with torch.no_grad():
        normalised[1].weight.copy_(layer.weight * scale)
        normalised[1].bias.copy_(layer.bias + layer.weight @ shift)
    right = robust_linear(layer, x, y, epsilon)
    assert evaluate(normalised, x, y, epsilon, mean, std) == pytest.approx(right, abs=0.021)


def test_scaled_logits_do_not_look_robust(
    network: nn.Module, images: Tensor, labels: Tensor
) -> None:
    class Shouts(nn.Module):
        def forward(self, z: Tensor) -> Tensor:
            return 1e5 * network(STD[0] * z + MEAN[0])

    class Speaks(nn.Module):
        def forward(self, z: Tensor) -> Tensor:
            return network(STD[0] * z + MEAN[0])

    quiet = evaluate(Speaks(), images, labels, 0.2, MEAN, STD)
    loud = evaluate(Shouts(), images, labels, 0.2, MEAN, STD)
    assert quiet < 0.9
    assert loud == pytest.approx(quiet, abs=0.05)


def test_evaluation_leaves_the_model_as_it_was(images: Tensor, labels: Tensor) -> None:
    model = build("simple-cnn", image_size=16, seed=0).train()
    model.dropout.eval()
    evaluate(model, images[:4], labels[:4], 0.1, MEAN, STD)
    assert model.training
    assert not model.dropout.training
    assert all(weight.grad is None for weight in model.parameters())


def test_nothing_to_evaluate_is_refused(images: Tensor, labels: Tensor) -> None:
    with pytest.raises(ValueError, match="no images"):
        evaluate(nn.Identity(), images[:0], labels[:0], 0.1, MEAN, STD)
    with pytest.raises(ValueError, match="epsilon"):
        evaluate(nn.Identity(), images, labels, -0.1, MEAN, STD)


# --- break_defense -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["quantised", "scaled"])
def test_both_defences_break_where_plain_pgd_does_not(
    kind: str, network: nn.Module, images: Tensor, labels: Tensor
) -> None:
    defence = Quantised(network, 8) if kind == "quantised" else ScaledLogits(network, 1e5)
    torch.manual_seed(0)
    before = images.clone()
    naive = pgd(defence, images, labels, 0.1, step_size=0.025, steps=20, random_start=False)
    adaptive = break_defense(defence, images, labels, 0.1)
    clean = accuracy(defence, images, labels)
    assert accuracy(defence, naive, labels) >= clean - 0.05
    assert accuracy(defence, adaptive, labels) <= clean - 0.2
    assert (adaptive - images).abs().max() <= 0.1 + 1e-6
    assert adaptive.min() >= 0
    assert adaptive.max() <= 1
    assert torch.equal(images, before)
    assert not adaptive.requires_grad


def test_straight_through_answers_as_the_defence_and_lets_gradients_pass(
    network: nn.Module, images: Tensor
) -> None:
    defence = Quantised(network, 4).eval()
    through = StraightThrough(defence)
    x = images.clone().requires_grad_()
    answers = through(x)
    (slope,) = torch.autograd.grad(answers.sum(), x)
    assert torch.allclose(answers, defence(images), atol=1e-5)
    assert slope.abs().max() > 0


# --- certified_radius ----------------------------------------------------------------------------


def test_the_radius_of_the_lecture() -> None:
    assert certified_radius(980, 1000, 0.25) == pytest.approx(0.44, abs=0.005)
    assert certified_radius(1000, 1000, 0.25) == pytest.approx(0.62, abs=0.005)
    assert certified_radius(520, 1000, 0.25) == 0.0


@pytest.mark.parametrize("count", [51, 60, 75, 99, 100])
def test_the_lower_bound_is_clopper_and_pearsons(count: int) -> None:
    for alpha in (0.001, 0.05):
        interval = stats.binomtest(count, 100, alternative="greater").proportion_ci(
            1 - alpha, method="exact"
        )
        expected = max(0.0, 0.5 * NormalDist().inv_cdf(interval.low))
        assert certified_radius(count, 100, 0.5, alpha) == pytest.approx(expected, rel=1e-9)


def test_all_votes_give_the_root_of_alpha() -> None:
    expected = 0.3 * NormalDist().inv_cdf(0.001 ** (1 / 50))
    assert certified_radius(50, 50, 0.3) == pytest.approx(expected)
    assert certified_radius(0, 50, 0.3) == 0.0


@pytest.mark.parametrize(
    ("count", "samples", "sigma", "alpha"),
    [(-1, 10, 0.5, 0.01), (11, 10, 0.5, 0.01), (0, 0, 0.5, 0.01), (5, 10, 0.0, 0.01),
     (5, 10, math.nan, 0.01), (5, 10, 0.5, 0.0), (5, 10, 0.5, 1.0), (5, 10, math.inf, 0.01)],
)  # fmt: skip
def test_what_cannot_be_certified_is_refused(
    count: int, samples: int, sigma: float, alpha: float
) -> None:
    with pytest.raises(ValueError, match="must be"):
        certified_radius(count, samples, sigma, alpha)


class ReadsTheMean(nn.Module):
    """Class 1 where the mean of the pixels is above one half: a half-space, the worst case."""

    def forward(self, images: Tensor) -> Tensor:
        mean = images.flatten(1).mean(dim=1)
        return torch.stack([0.5 - mean, mean - 0.5], dim=1)


def test_on_a_half_space_the_radius_is_the_distance_and_the_attack_finds_it() -> None:
    image, sigma = torch.full((1, 4, 4), 0.6), 0.5
    distance = 0.1 * 4  # in L2: each of 16 pixels moves by 0.1
    votes = noisy_votes(ReadsTheMean(), image, sigma, 40_000, torch.Generator().manual_seed(0))
    radius = certified_radius(int(votes[1]), int(votes.sum()), sigma)
    assert 0.9 * distance < radius < distance
    for factor, wins in ((0.95, True), (1.1, False)):
        attacked = attack_smoothed(
            ReadsTheMean(), image, 1, factor * distance, sigma,
            generator=torch.Generator().manual_seed(1),
        )  # fmt: skip
        assert (attacked - image).norm().item() <= factor * distance + 1e-5
        after = noisy_votes(ReadsTheMean(), attacked, sigma, 40_000, torch.Generator())
        assert bool(after[1] > after[0]) is wins


def test_an_attacked_image_outside_of_the_range_can_be_voted_on() -> None:
    white, draws = torch.ones(1, 4, 4), torch.Generator().manual_seed(0)
    attacked = attack_smoothed(ReadsTheMean(), white, 0, 1.0, 0.1, generator=draws)
    assert attacked.max() > 1
    assert noisy_votes(ReadsTheMean(), attacked, 0.1, 50, draws).tolist() == [0, 50]
