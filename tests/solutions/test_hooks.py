"""Assignment 2's reference: statistics and drift by hand, and no hook left behind."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from solutions.hooks import ActivationMonitor, activation_drift


@pytest.fixture
def two_layers() -> nn.Sequential:
    """(a, b) -> relu(a - b, b - a) -> 2 * that, on images of two pixels."""
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(2, 2, bias=False), nn.ReLU(), nn.Linear(2, 2, bias=False)
    )
    model[1].weight.data = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    model[3].weight.data = 2 * torch.eye(2)
    return model


def pixels(*rows: tuple[float, float]) -> Tensor:
    return torch.tensor(rows).reshape(-1, 1, 1, 2)


def hooks_on(model: nn.Module) -> int:
    return sum(len(module._forward_hooks) for module in model.modules())


def test_statistics_by_hand(two_layers: nn.Sequential) -> None:
    with ActivationMonitor(two_layers) as monitor:
        two_layers(pixels((1.0, 0.5), (0.0, 1.0)))
    # The first linear layer returns (.5, -.5) and (-1, 1); the ReLU (.5, 0) and (0, 1).
    relu = monitor.stats["2"]
    assert relu["mean"] == pytest.approx(0.375)
    assert relu["std"] == pytest.approx(torch.tensor([0.5, 0, 0, 1]).std(correction=0).item())
    assert (relu["min"], relu["max"]) == (0.0, 1.0)
    assert relu["zero_fraction"] == 0.5
    assert relu["shape"] == (2, 2)
    assert monitor.stats["1"]["min"] == -1.0
    assert list(monitor.stats) == ["0", "1", "2", "3"], "every leaf, and only leaves"


def test_only_the_named_layers_are_watched(two_layers: nn.Sequential) -> None:
    with ActivationMonitor(two_layers, ["2"]) as monitor:
        two_layers(pixels((1.0, 0.5)))
    assert list(monitor.stats) == ["2"]


@pytest.mark.parametrize("layers", [["relu"], ["2", "relu"], []])
def test_a_monitor_that_matches_nothing_is_an_error(
    two_layers: nn.Sequential, layers: list[str]
) -> None:
    with pytest.raises(ValueError, match="no layer matches"), ActivationMonitor(two_layers, layers):
        pass
    assert hooks_on(two_layers) == 0


def test_no_hook_survives_the_block(two_layers: nn.Sequential) -> None:
    with ActivationMonitor(two_layers) as monitor:
        assert hooks_on(two_layers) == 4
    assert hooks_on(two_layers) == 0
    two_layers(pixels((1.0, 0.5)))
    assert monitor.stats == {}


def test_no_hook_survives_an_error_in_the_block(two_layers: nn.Sequential) -> None:
    with pytest.raises(RuntimeError), ActivationMonitor(two_layers):
        two_layers(torch.rand(1, 3))
    assert hooks_on(two_layers) == 0


def test_other_hooks_stay(two_layers: nn.Sequential) -> None:
    seen = []
    two_layers[2].register_forward_hook(lambda *_: seen.append("theirs"))
    with ActivationMonitor(two_layers):
        pass
    activation_drift(two_layers, pixels((1.0, 0.5)), pixels((0.9, 0.6)))
    assert hooks_on(two_layers) == 1
    assert seen == ["theirs", "theirs"]


def test_the_outputs_of_the_model_are_unchanged(two_layers: nn.Sequential) -> None:
    images = pixels((1.0, 0.5))
    expected = two_layers(images)
    with ActivationMonitor(two_layers):
        assert torch.equal(two_layers(images), expected)


def test_drift_by_hand(two_layers: nn.Sequential) -> None:
    """Image 1 moves (1, .5) -> (1, 0), image 2 does not move at all.

    At the linear layer (.5, -.5) -> (1, -1): a change of length sqrt(.5) over a length of
    sqrt(.5), so 1 for image 1 and .5 in the mean. At the ReLU (.5, 0) -> (1, 0): .5 over .5.
    """
    clean = pixels((1.0, 0.5), (0.0, 1.0))
    moved = pixels((1.0, 0.0), (0.0, 1.0))
    drift = activation_drift(two_layers, clean, moved)
    assert drift["0"] == pytest.approx(0.5 / 1.25**0.5 / 2)
    assert drift["1"] == pytest.approx(0.5)
    assert drift["2"] == pytest.approx(0.5)
    assert drift["3"] == pytest.approx(0.5)


def test_a_layer_that_is_off_and_stays_off_has_not_drifted(two_layers: nn.Sequential) -> None:
    grey = pixels((0.5, 0.5))  # a - b = 0: the linear layer and all behind it return zeros
    assert activation_drift(two_layers, grey, grey)["2"] == 0.0
    assert activation_drift(two_layers, grey, pixels((0.6, 0.5)))["2"] < float("inf")


def test_an_in_place_layer_does_not_overwrite_what_was_recorded(two_layers: nn.Sequential) -> None:
    clean, moved = pixels((1.0, 0.5)), pixels((1.0, 0.0))
    expected = activation_drift(two_layers, clean, moved)
    two_layers[2] = nn.ReLU(inplace=True)
    assert activation_drift(two_layers, clean, moved) == expected


def test_drift_is_measured_in_eval_mode_and_leaves_no_trace(two_layers: nn.Sequential) -> None:
    model = nn.Sequential(nn.Dropout(0.5), two_layers).train()
    two_layers[2].eval()
    modes = [module.training for module in model.modules()]
    images = pixels((1.0, 0.5), (0.0, 1.0))
    assert set(activation_drift(model, images, images.clone()).values()) == {0.0}
    assert [module.training for module in model.modules()] == modes
    assert all(weight.grad is None for weight in model.parameters())
    assert hooks_on(model) == 0


def test_different_images_are_refused(two_layers: nn.Sequential) -> None:
    images = pixels((1.0, 0.5), (0.0, 1.0))
    with pytest.raises(ValueError, match="same images"):
        activation_drift(two_layers, images, images[:1])
    with pytest.raises(ValueError, match="at least one"):
        activation_drift(two_layers, images[:0], images[:0])
