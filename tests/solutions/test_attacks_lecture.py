"""The lecture on stronger attacks: its committed numbers, and a small repetition of them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from solutions import draw as figures
from solutions.figures.measured import attacks as attacks_lecture


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    return dict(figures.measured("attacks"))


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(entry) for key, entry in value.items()}
    return [shape(entry) for entry in value] if isinstance(value, list) else type(value).__name__


def test_a_quick_measurement_has_the_committed_shape(results: dict[str, Any]) -> None:
    quick = attacks_lecture.measure(images=16, epochs=2)
    assert shape(quick) == shape(results)
    figures.render([figures.lecture("attacks", quick)])


def test_many_steps_leave_less_than_one_and_several_runs_less_than_one(
    results: dict[str, Any],
) -> None:
    single = results["single"]
    assert single["worst"] <= single["PGD"] < single["FGSM"] - 0.05


def test_which_step_size_is_best_depends_on_the_network(results: dict[str, Any]) -> None:
    _, usual, long = (run["accuracy"] for run in results["convergence"].values())
    one_image = 1.5 / results["about"]["images"]
    assert all(b <= a + one_image for a, b in zip(usual, long, strict=True))
    _, usual, long = (run["accuracy"] for run in results["bent"]["convergence"].values())
    assert usual[-1] == 0 < min(long[1:])  # long steps never arrive
    assert any(later > earlier for earlier, later in itertools.pairwise(long[1:]))


def test_small_steps_have_not_arrived_and_restarts_stop_helping(results: dict[str, Any]) -> None:
    ends = [run["accuracy"][-1] for run in results["convergence"].values()]
    assert ends[0] > min(ends[1:]) + 0.02
    slow = results["convergence"]["epsilon / 20"]["accuracy"]
    assert slow[-2] - slow[-1] > 0.02, "the smallest step still gains with every step"
    restarts = results["restarts"]
    assert restarts == sorted(restarts, reverse=True)
    assert restarts[2] == restarts[-1] < restarts[0]


def test_scaling_blinds_one_loss_only(results: dict[str, Any]) -> None:
    scaled = results["scaled"]
    assert scaled["cross-entropy"][-1] == results["about"]["clean"]
    assert len(set(scaled["margin"])) == 1
    assert scaled["margin"][0] < scaled["cross-entropy"][1]


def test_rounding_stops_gradients_and_nothing_else(results: dict[str, Any]) -> None:
    rounded = results["rounded"]
    assert rounded["PGD"] == rounded["clean"]
    left = list(rounded["random search"].values())
    assert left == sorted(left, reverse=True)
    assert rounded["straight through"] < left[-1] < 0.5
