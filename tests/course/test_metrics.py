"""Measures: right by hand, and without a trace on the network that is measured."""

import math

import pytest
import torch
from torch import Tensor, nn

from course.errors import CourseError
from course.metrics import (
    accuracy,
    confidence,
    confusion_matrix,
    evaluating,
    predict,
    wilson_interval,
)
from course.models import build


def flags(model: nn.Module) -> list[bool]:
    return [module.training for module in model.modules()]


@pytest.fixture
def partly_frozen() -> nn.Module:
    """In training mode, but for the batch normalisation, which was frozen on purpose."""
    model = build("fast-cnn", seed=0)
    model.norm.eval()
    return model


def test_evaluating_restores_every_flag(partly_frozen: nn.Module) -> None:
    before = flags(partly_frozen)
    with evaluating(partly_frozen):
        assert not any(flags(partly_frozen))
    assert flags(partly_frozen) == before
    assert True in before
    assert False in before


def test_evaluating_restores_every_flag_after_an_error(partly_frozen: nn.Module) -> None:
    before = flags(partly_frozen)
    with pytest.raises(ZeroDivisionError), evaluating(partly_frozen):
        raise ZeroDivisionError
    assert flags(partly_frozen) == before


def test_evaluating_nests_and_takes_several_models(partly_frozen: nn.Module) -> None:
    other = nn.Dropout()
    before = flags(partly_frozen)
    with evaluating(partly_frozen, other):
        with evaluating(partly_frozen):
            pass
        assert not any(flags(partly_frozen))
        assert not other.training
    assert flags(partly_frozen) == before
    assert other.training


def test_measuring_leaves_no_trace(partly_frozen: nn.Module) -> None:
    images, labels = torch.rand(6, 1, 28, 28), torch.arange(6)
    partly_frozen(images).sum().backward()
    weights = {key: value.clone() for key, value in partly_frozen.state_dict().items()}
    gradients = [weight.grad.clone() for weight in partly_frozen.parameters()]
    before = flags(partly_frozen)
    predict(partly_frozen, images)
    accuracy(partly_frozen, images, labels)
    confidence(partly_frozen, images)
    assert flags(partly_frozen) == before
    for key, value in partly_frozen.state_dict().items():
        assert torch.equal(value, weights[key])
    for weight, gradient in zip(partly_frozen.parameters(), gradients, strict=True):
        assert torch.equal(weight.grad, gradient)


def test_predict_in_batches_is_predict_at_once() -> None:
    model, images = build("small-resnet", seed=0), torch.rand(7, 1, 28, 28)
    assert predict(model, images, batch_size=3) == pytest.approx(predict(model, images), abs=1e-6)


def test_predictions_may_enter_a_later_gradient() -> None:
    logits = predict(build("linear"), torch.rand(2, 1, 28, 28))
    scale = torch.ones((), requires_grad=True)
    (logits * scale).sum().backward()
    assert scale.grad == pytest.approx(logits.sum())


@pytest.fixture
def reader() -> nn.Module:
    """A network whose logits are the four pixels of a 2x2 image."""
    return nn.Flatten()


def pixels(*rows: list[float]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float32).view(-1, 1, 2, 2)


def test_accuracy_counts_the_highest_logit(reader: nn.Module) -> None:
    images = pixels([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1])
    assert accuracy(reader, images, torch.tensor([0, 1, 2, 0])) == 0.75


def test_confidence_is_the_softmax_of_the_prediction(reader: nn.Module) -> None:
    expected = math.exp(2) / (math.exp(2) + 3)
    assert confidence(reader, pixels([0, 2, 0, 0], [0, 0, 0, 0])) == pytest.approx(
        torch.tensor([expected, 0.25])
    )


def test_confusion_matrix_has_labels_in_rows() -> None:
    matrix = confusion_matrix(torch.tensor([0, 0, 1, 2]), torch.tensor([0, 1, 1, 0]), 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_wilson_interval_agrees_with_published_values() -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (correct, total), interval in published.items():
        assert wilson_interval(correct, total) == pytest.approx(interval, abs=5e-5)


def test_wilson_interval_is_wider_at_a_higher_level_and_mirrors() -> None:
    low, high = wilson_interval(9, 10)
    wider_low, wider_high = wilson_interval(9, 10, level=0.99)
    assert 0 <= wider_low < low < 0.9 < high < wider_high <= 1
    assert wilson_interval(1, 10) == pytest.approx((1 - high, 1 - low))
    assert wilson_interval(10, 10)[1] == 1


@pytest.mark.parametrize(
    ("correct", "total", "level"), [(0, 0, 0.95), (3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0)]
)
def test_an_interval_of_nothing_is_refused(correct: int, total: int, level: float) -> None:
    with pytest.raises(CourseError, match="correct <= total"):
        wilson_interval(correct, total, level)


def test_mistakes_are_told(reader: nn.Module) -> None:
    with pytest.raises(CourseError, match="no images"):
        predict(reader, torch.empty(0, 1, 2, 2))
    with pytest.raises(CourseError, match="one label per image"):
        accuracy(reader, pixels([1, 0, 0, 0]), torch.tensor([0, 1]))
    with pytest.raises(CourseError, match=r"0 \.\. 2; got 0 to 3"):
        confusion_matrix(torch.tensor([0, 3]), torch.tensor([0, 0]), 3)
    with pytest.raises(CourseError, match="argmax"):
        confusion_matrix(torch.tensor([0, 1]), torch.rand(2, 3), 3)
