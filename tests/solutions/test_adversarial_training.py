"""Assignment 5's reference: it makes a network robust, repeatably, and refuses wrong arguments."""

from __future__ import annotations

import pytest
import torch

from course.budget import budget
from course.data import Dataset
from course.models import build
from solutions.adversarial_training import adversarial_train
from solutions.evaluation import worst_of

EPSILON = budget("digits").epsilon


def test_the_network_withstands_what_it_was_trained_on(digits: Dataset) -> None:
    """A third of the budgeted epochs, so that this stays quick."""
    model = build("strided-cnn", seed=0)
    images, labels = digits.train.images, digits.train.labels
    losses = adversarial_train(model, images, labels, epsilon=EPSILON, epochs=5)
    result = worst_of(model, *(digits.test.images, digits.test.labels), EPSILON, steps=10)
    assert len(losses) == 5
    assert result.left["clean"] > 0.9
    assert result.accuracy > 0.55


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_budget_of_the_digits_suffices(digits: Dataset, seed: int) -> None:
    model = build("strided-cnn", seed=seed)
    images, labels = digits.train.images, digits.train.labels
    epochs = budget("digits").adversarial_epochs
    adversarial_train(model, images, labels, epsilon=EPSILON, epochs=epochs, seed=seed)
    result = worst_of(model, digits.test.images, digits.test.labels, EPSILON)
    assert result.left["clean"] >= 0.95
    assert result.accuracy >= 0.74


@pytest.mark.slow
def test_the_budget_of_mnist_suffices(mnist: Dataset) -> None:
    limits = budget("mnist")
    train, test = mnist.train[: limits.train_images], mnist.test[: limits.test_images]
    model = build("strided-cnn", seed=0)
    epochs = limits.adversarial_epochs
    adversarial_train(model, train.images, train.labels, epsilon=limits.epsilon, epochs=epochs)
    result = worst_of(model, test.images, test.labels, limits.epsilon)
    assert result.left["clean"] >= 0.95
    assert result.accuracy >= 0.75


def test_the_seed_decides_the_weights_and_modes_come_back(digits: Dataset) -> None:
    images, labels = digits.train.images[:128], digits.train.labels[:128]

    def trained(seed: int) -> torch.Tensor:
        model = build("tiny-cnn", seed=0).eval()
        state = torch.get_rng_state()
        adversarial_train(model, images, labels, epsilon=EPSILON, epochs=1, seed=seed)
        assert torch.equal(torch.get_rng_state(), state)
        assert not any(module.training for module in model.modules())
        return model.get_parameter("logits.weight").detach()

    assert torch.equal(trained(1), trained(1))
    assert not torch.equal(trained(1), trained(2))


def test_what_cannot_be_done_is_refused() -> None:
    model, images, labels = build("tiny-cnn"), torch.rand(4, 1, 28, 28), torch.arange(4)
    with pytest.raises(ValueError, match="epsilon"):
        adversarial_train(model, images, labels, epsilon=-0.1, epochs=1)
    with pytest.raises(ValueError, match="one label per image"):
        adversarial_train(model, images, labels[:3], epsilon=0.1, epochs=1)
    with pytest.raises(ValueError, match="whole number"):
        adversarial_train(model, images, labels, epsilon=0.1, epochs=0)
