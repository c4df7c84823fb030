"""A network that runs without calling hooks is an error of every monitor, with the cause."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn

from course.errors import CourseError, NotANumberError
from course.models import build
from course.monitor import feature_maps, layer_summary, record
from solutions.hooks import ActivationMonitor, activation_drift, statistics


class ByForward(nn.Module):
    """Runs its layer without calling it, so that no hook fires."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(784, 10)

    def forward(self, images: Tensor) -> Tensor:
        return self.layer.forward(images.flatten(1))


class Recurrent(nn.Module):
    """A network in which the first layer returns a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(28, 16, batch_first=True)
        self.out = nn.Linear(16, 10)

    def forward(self, images: Tensor) -> Tensor:
        return self.out(self.rnn(images[:, 0])[0][:, -1])


def images() -> Tensor:
    return torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def traced() -> nn.Module:
    return torch.jit.trace(build("tiny-cnn", seed=0).eval(), images())


def scripted() -> nn.Module:
    return torch.jit.script(nn.Sequential(nn.Flatten(), nn.Linear(784, 10)))


def compiled() -> nn.Module:
    """Compiled and run once, so that it has been translated before any hook is there."""
    network = torch.compile(build("tiny-cnn", seed=0).eval(), backend="eager")
    with torch.no_grad():
        network(images())
    return network


def compiled_in_place() -> nn.Module:
    network = build("tiny-cnn", seed=0).eval()
    network.compile(backend="eager")
    return network


def partly_compiled() -> nn.Module:
    return nn.Sequential(nn.Flatten(), torch.compile(nn.Sequential(nn.Linear(784, 10))))


def by_record(model: nn.Module) -> None:
    with torch.no_grad(), record(model):
        model(images())


def by_monitor(model: nn.Module) -> None:
    with torch.no_grad(), ActivationMonitor(model):
        model(images())


MONITORS: dict[str, Callable[[nn.Module], object]] = {
    "record": by_record,
    "ActivationMonitor": by_monitor,
    "activation_drift": lambda model: activation_drift(model, images(), images()),
    "layer_summary": lambda model: layer_summary(model, (1, 28, 28)),
}
SILENT = {
    "layer.forward": (ByForward, r"write `self\.layer\(x\)`"),
    "traced": (traced, "traced or scripted"),
    "scripted": (scripted, "traced or scripted"),
    "compiled": (compiled, "compiled.*_orig_mod"),
    "compiled in place": (compiled_in_place, "compiled.*made from"),
    "a part compiled": (partly_compiled, "compiled.*_orig_mod"),
}


@pytest.mark.parametrize("monitor", MONITORS.values(), ids=MONITORS)
@pytest.mark.parametrize(("make", "words"), SILENT.values(), ids=SILENT)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_silence_is_an_error_that_names_the_cause(monitor, make, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        monitor(make())


def test_the_network_that_was_compiled_can_be_watched() -> None:
    inside = compiled()._orig_mod
    with ActivationMonitor(inside) as monitor:
        inside(images())
    assert next(iter(monitor.stats)) == "conv1"


def test_a_monitor_refuses_with_a_value_error_and_leaves_no_hook() -> None:
    model = ByForward()
    with pytest.raises(ValueError, match="did not run as modules do"), ActivationMonitor(model):
        model(images())
    for module in model.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_a_network_that_does_not_run_is_no_error() -> None:
    with record(ByForward()) as outputs, ActivationMonitor(ByForward()) as monitor:
        pass
    assert outputs == {} == monitor.stats


def test_the_error_in_the_block_goes_on() -> None:
    model = ByForward()

    def fail() -> None:
        model(images())
        raise ZeroDivisionError

    for watching in (record(model), ActivationMonitor(model)):
        with pytest.raises(ZeroDivisionError), watching:
            fail()


def test_other_parts_of_a_partly_compiled_network_can_be_watched() -> None:
    with ActivationMonitor(model := partly_compiled(), ["0", "1"]) as monitor:
        model(images())
    assert list(monitor.stats) == ["0", "1"]


# --- a tuple for an output -----------------------------------------------------------------------


def test_a_layer_asked_for_by_name_whose_output_is_a_tuple_is_told() -> None:
    model = Recurrent()
    words = "layer 'rnn' ran, but puts out a tuple"
    with pytest.raises(ValueError, match=words), ActivationMonitor(model, ["rnn", "out"]):
        model(images())
    with pytest.raises(CourseError, match=words), record(model, ["rnn"]):
        model(images())
    with pytest.raises(CourseError, match=words):
        feature_maps(model, images()[:1], "rnn")


def test_among_all_layers_one_with_a_tuple_is_left_out() -> None:
    model = Recurrent()
    with ActivationMonitor(model) as monitor, record(model) as outputs:
        model(images())
    assert list(monitor.stats) == list(outputs) == ["out"]


def test_a_summary_has_every_layer_that_ran() -> None:
    rows = layer_summary(Recurrent(), (1, 28, 28))
    assert [(row.name, row.output_shape) for row in rows] == [("rnn", (28, 16)), ("out", (10,))]
    total = sum(weight.numel() for weight in Recurrent().parameters())
    assert sum(row.parameters for row in rows) == total


# --- small faults --------------------------------------------------------------------------------


def test_one_string_is_no_list_of_names() -> None:
    model = build("tiny-cnn")
    with pytest.raises(ValueError, match=r"write \['conv1'\]"):
        ActivationMonitor(model, "conv1")
    with pytest.raises(ValueError, match=r"write \['conv1'\]"), record(model, "conv1"):
        pass


def test_names_may_come_from_a_generator_and_the_monitor_may_be_used_again() -> None:
    model = build("tiny-cnn")
    monitor = ActivationMonitor(model, (name for name in ("conv1", "relu1")))
    for _ in range(2):
        with monitor, record(model, (name for name in ("conv1", "relu1"))) as outputs:
            model(images())
        assert list(monitor.stats) == list(outputs) == ["conv1", "relu1"]


def test_an_empty_batch_has_no_statistics() -> None:
    model = build("tiny-cnn")
    with pytest.raises(ValueError, match="at least one image"), ActivationMonitor(model):
        model(images()[:0])
    with pytest.raises(ValueError, match="at least one image"):
        statistics(torch.zeros(0, 3))


def test_images_that_are_nan_or_in_other_units_are_refused() -> None:
    model = build("tiny-cnn")
    for bad in (images() * 255, images() * float("nan")):
        with pytest.raises(ValueError, match="adversarial must lie"):
            activation_drift(model, images(), bad)
    with pytest.raises(NotANumberError):
        feature_maps(model, images()[:1] / 0, "conv1")


def test_a_watched_network_can_be_copied() -> None:
    model = build("tiny-cnn")
    with ActivationMonitor(model) as monitor:
        deepcopy(model)(images())
        model(images())
    assert len(monitor.stats) == 8


def test_a_summary_is_made_in_the_numbers_of_the_network() -> None:
    for kind in (torch.float64, torch.bfloat16):
        rows = layer_summary(build("tiny-cnn", seed=0).to(kind), (1, 28, 28))
        assert rows == layer_summary(build("tiny-cnn", seed=0), (1, 28, 28))
