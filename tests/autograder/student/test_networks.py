"""Weights that a student returns: the same network, or Malformed."""

import pytest
import torch

from autograder.errors import Malformed
from autograder.student import Network


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.build("tiny-cnn", 0)


def tensors(network: Network) -> list[torch.Tensor]:
    return [value.clone() for value in network.module.state_dict().values()]


def test_the_right_weights_make_the_same_network(network):
    other = Network.build("tiny-cnn", 1)
    rebuilt = other.with_weights(tensors(network))
    images = torch.rand(2, 1, 28, 28)
    assert torch.equal(rebuilt.module(images), network.module(images))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda weights: weights[:-1],
        lambda weights: [*weights, weights[0]],
        lambda weights: [],
        lambda weights: [weights[0].flatten(), *weights[1:]],
        lambda weights: [weights[0][None], *weights[1:]],
        lambda weights: [weights[0].double(), *weights[1:]],
        lambda weights: [weights[0].long(), *weights[1:]],
        lambda weights: [weights[0] * torch.nan, *weights[1:]],
        lambda weights: [*weights[:-1], weights[-1] + torch.inf],
    ],
    ids=["missing", "more", "none", "flat", "extra-axis", "float64", "int64", "nan", "inf"],
)
def test_other_weights_are_malformed(network, spoil):
    with pytest.raises(Malformed) as caught:
        network.with_weights(spoil(tensors(network)))
    assert caught.value.got
