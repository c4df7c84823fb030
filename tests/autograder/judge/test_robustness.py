"""The judge's measurements are right for networks that hide their gradients."""

import copy

import pytest
import torch

from autograder.judge.robustness import (
    STEPS,
    has_unusable_gradient,
    measure,
    relative_gain,
    square_attack,
    survivors,
)
from course.models import build
from course.training import fit, plain_recipe
from solutions.evaluation import worst_of


@pytest.fixture(scope="module")
def plain(digits):
    model = build("strided-cnn", seed=0)
    fit(model, digits.train.images, digits.train.labels, plain_recipe(4), progress=False)
    return model


def rescaled(model, factors):
    """The same answers with each layer's weights scaled, so that gradients underflow."""
    scaled, carried = copy.deepcopy(model), 1.0
    layers = [module for module in scaled.modules() if hasattr(module, "weight")]
    with torch.no_grad():
        for layer, factor in zip(layers, factors, strict=True):
            carried *= factor
            layer.weight.mul_(factor)
            layer.bias.mul_(carried)
    return scaled


def test_layers_rescaled_until_gradients_vanish_gain_nothing(plain, digits):
    """In float32 such a network had 98 % under attack, and earned full marks."""
    test = digits.test[:100]
    hidden = rescaled(plain, [1e36, 1e-36, 1.0, 1e-20])
    assert has_unusable_gradient(hidden, test.images, test.labels)
    honest = measure(plain, test.images, test.labels, 0.1, seed=0)
    masked = measure(hidden, test.images, test.labels, 0.1, seed=0)
    assert masked.clean == pytest.approx(honest.clean, abs=0.02)
    assert masked.worst_case <= honest.worst_case + 0.1  # and not 0.98


def test_an_honest_network_is_attacked_as_it_is(plain, digits):
    assert not has_unusable_gradient(plain, digits.test.images, digits.test.labels)


def test_the_reference_gains_one_and_the_plain_network_nothing():
    assert relative_gain(0.8, 0.3, 0.8) == 1.0
    assert relative_gain(0.3, 0.3, 0.8) == 0.0


def test_the_judges_own_attack_leaves_what_the_reference_leaves(plain, digits):
    """Two implementations of one attack: a mistake in either would show as a difference."""
    test = digits.test[:64]
    for epsilon in (0.02, 0.1):
        left = survivors(plain, test.images, test.labels, epsilon, seed=3)
        right = worst_of(plain, test.images, test.labels, epsilon, steps=STEPS, seed=3).survived
        assert (left != right).sum() <= 1  # a pixel with a gradient near 0 may go either way
        assert 0 < left.sum() <= 64


class Rounded(torch.nn.Module):
    """A network that sees each pixel rounded: the same answers almost everywhere, no gradient."""

    def __init__(self, network, levels):
        super().__init__()
        self.network, self.levels = network, levels

    def forward(self, images):
        return self.network((images * self.levels).round() / self.levels + 0 * images)


def test_images_that_fall_without_gradients_count_as_broken(plain, digits):
    test = digits.test[:64]
    rounded = Rounded(plain, 8)
    left = survivors(rounded, test.images, test.labels, 0.1, seed=0).double().mean()
    measured = measure(rounded, test.images, test.labels, 0.1, seed=0)
    assert left > 0.9  # the result of attacks by gradients
    assert measured.hidden > 15
    # It is measured in float64, where a pixel or two is rounded the other way.
    assert measured.worst_case == pytest.approx(float(left) - measured.hidden / 64, abs=0.05)


def test_a_search_breaks_nothing_that_gradients_left_of_an_honest_network(plain, digits):
    test = digits.test[:64]
    surviving = survivors(plain, test.images, test.labels, 0.05, seed=0)
    measured = measure(plain, test.images, test.labels, 0.05, seed=0)
    assert measured.hidden == 0
    assert measured.worst_case == surviving.double().mean().item()
    assert 0.3 < measured.worst_case < 0.9


def test_the_search_stays_within_epsilon_and_in_range(plain, digits):
    test = digits.test[:20]
    generator = torch.Generator().manual_seed(0)
    moved = square_attack(plain, test.images, test.labels, 0.1, generator)
    assert moved.min() >= 0
    assert moved.max() <= 1
    assert 0.09 < (moved - test.images).abs().max() <= 0.1 + 1e-6


def test_a_network_nothing_of_which_stands_is_measured_too(plain, digits):
    test = digits.test[:20]
    wrong = (plain(test.images).argmax(dim=1) + 1) % 10
    measured = measure(plain, test.images, wrong, 0.1, seed=0)
    assert (measured.worst_case, measured.hidden) == (0, 0)
