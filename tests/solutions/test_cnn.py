"""Assignment 1's reference: sizes, learning, counting, and no side effects."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from course.data import Dataset
from course.models import build, parameter_count
from solutions.cnn import CNN, accuracy, train


@pytest.fixture
def model() -> CNN:
    torch.manual_seed(0)
    return CNN()


def test_the_network_has_the_stated_size_and_returns_logits(model: CNN) -> None:
    assert sum(weight.numel() for weight in model.parameters()) == 5_994
    logits = model(torch.rand(3, 1, 28, 28))
    assert logits.shape == (3, 10)
    assert logits.min() < 0, "probabilities are not logits"


@pytest.mark.parametrize(("channels", "side", "parameters"), [(1, 28, 5_994), (3, 32, 7_834)])
def test_it_is_the_judges_network_for_images_of_each_shape(
    channels: int, side: int, parameters: int
) -> None:
    model = CNN(channels, side)
    own = build("tiny-cnn", in_channels=channels, image_size=side)
    shapes = [weight.shape for weight in model.parameters()]
    assert shapes == [weight.shape for weight in own.parameters()]
    assert parameter_count(model) == parameters
    assert model(torch.rand(2, channels, side, side)).shape == (2, 10)


def test_training_learns_the_digits(model: CNN, digits: Dataset) -> None:
    losses = train(model, digits.train.images, digits.train.labels, epochs=8)
    assert len(losses) == 8
    assert losses[-1] < losses[0] / 3
    assert accuracy(model, digits.test.images, digits.test.labels) > 0.9


def test_the_loss_of_an_epoch_weighs_a_short_last_batch_by_its_images() -> None:
    """Frozen weights: the epoch's loss must be the plain mean over all five images."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 10))
    images, labels = torch.rand(5, 1, 2, 2), torch.arange(5)
    expected = nn.functional.cross_entropy(model(images), labels).item()
    model[1].requires_grad_(requires_grad=False)
    scale = nn.Parameter(torch.ones(()))  # a weight to optimise that changes no logit

    class Frozen(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.scale = model, scale

        def forward(self, x: Tensor) -> Tensor:
            return self.inner(x) + 0 * self.scale

    assert train(Frozen(), images, labels, epochs=1, batch_size=4) == pytest.approx([expected])


def test_the_same_seed_gives_the_same_weights_and_leaves_the_global_random_state(
    digits: Dataset,
) -> None:
    images, labels = digits.train.images[:128], digits.train.labels[:128]

    def trained(seed: int) -> Tensor:
        torch.manual_seed(0)
        model = CNN()
        before = torch.get_rng_state()
        train(model, images, labels, epochs=1, seed=seed)
        assert torch.equal(torch.get_rng_state(), before)
        return model.linear.weight.detach()

    assert torch.equal(trained(1), trained(1))
    assert not torch.equal(trained(1), trained(2))


@pytest.mark.parametrize("training", [True, False])
def test_modes_are_restored(model: CNN, training: bool) -> None:
    model.train(training)
    model.relu1.train(not training)
    images, labels = torch.rand(8, 1, 28, 28), torch.arange(8)
    modes = [module.training for module in model.modules()]
    train(model, images, labels, epochs=1)
    accuracy(model, images, labels)
    assert [module.training for module in model.modules()] == modes


def test_accuracy_counts_over_several_batches_in_eval_mode() -> None:
    """Images of one pixel that holds the class: the model reads it off, unless dropout hides it."""

    class ReadsThePixel(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.dropout = nn.Dropout(0.9)

        def forward(self, images: Tensor) -> Tensor:
            classes = (images.flatten(1)[:, 0] * 10).round().long()
            return self.dropout(nn.functional.one_hot(classes, 10).float())

    labels = torch.arange(1_300) % 10
    images = (labels / 10).reshape(-1, 1, 1, 1)
    wrong = labels.clone()
    wrong[:325] = (wrong[:325] + 1) % 10
    assert accuracy(ReadsThePixel(), images, labels) == 1.0
    assert accuracy(ReadsThePixel(), images, wrong) == 0.75


def test_what_cannot_be_done_is_refused(model: CNN) -> None:
    images, labels = torch.rand(4, 1, 28, 28), torch.arange(4)
    with pytest.raises(ValueError, match="no images"):
        accuracy(model, images[:0], labels[:0])
    with pytest.raises(ValueError, match="one label per image"):
        accuracy(model, images, labels[:3])
    with pytest.raises(ValueError, match="one label per image"):
        train(model, images, labels[:3], epochs=1)
    with pytest.raises(ValueError, match="whole number"):
        train(model, images, labels, epochs=0)
