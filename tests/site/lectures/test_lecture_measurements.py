"""The newer lectures' measurements: small repetitions, and that the committed numbers say so."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest

from solutions import draw, ensemble
from solutions.figures.gallery import as_json
from solutions.figures.measured import (
    certificates,
    defences,
    other_ways,
    signs_attacks,
    signs_bits,
    state,
)

SMALL: dict[str, dict[str, Any]] = {
    "defences": {"images": 16, "epochs": 1},
    "certificates": {"images": 6, "epochs": 1},
    "state": {"images": 20, "epochs": 1},
    "other_ways": {"images": 60, "epochs": 1},
    "physical": {"steps": 2, "epochs": 1},
    "training": {"epochs": 2},
    "signs": {"seeds": (0,), "epochs": 1},
    "sticker": {"steps": 2, "epochs": 1, "images": 40},
    "signs_backdoor": {"epochs": 1, "images": 40},
    "signs_bits": {"epochs": 1, "images": 16},
    "signs_attacks": {"epochs": 1, "images": 16},
}


def kinds(value: Any) -> Any:
    """The names and kinds of numbers in a result, whatever its values and lengths."""
    if isinstance(value, dict):
        return {key: kinds(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [kinds(value[0])] if value else []
    return "number" if isinstance(value, int | float) else type(value).__name__


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_a_small_measurement_has_the_committed_shape(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "MOST_PROVED", 1)
    monkeypatch.setattr(certificates, "MOST_NODES", 1)
    monkeypatch.setattr(defences, "SEEDS", (0,))
    monkeypatch.setattr(defences, "STEPS", 2)
    monkeypatch.setattr(other_ways, "REFERENCES", 2)
    monkeypatch.setattr(other_ways, "SEEDS", (0,))
    for module in (signs_attacks, signs_bits):
        monkeypatch.setattr(module, "SEEDS", (0,))
    monkeypatch.setattr(signs_attacks, "MORE_STEPS", 20)
    monkeypatch.setattr(ensemble, "QUERIES", 10)
    monkeypatch.setattr(state, "LARGE", (0.0, 0.5))
    small = importlib.import_module(f"solutions.figures.measured.{name}").measure(**SMALL[name])
    committed = dict(draw.measured(name))
    if name == "certificates":  # whether an image is left for the solver depends on the network
        for result in (small, committed):
            result["exact"] = {k: v for k, v in result["exact"].items() if type(v) is not list}
    assert kinds(json.loads(as_json(small))) == kinds(committed)


@pytest.mark.parametrize("name", SMALL)
def test_committed_numbers_say_how_to_measure_them(name: str) -> None:
    about = draw.measured(name)["about"]
    assert about["command"].startswith("course figures --measure")
    assert about["profile"] == ("signs" if name.startswith(("signs", "sticker")) else "digits")


def test_bounds_never_prove_more_than_attacks_leave() -> None:
    for curves in draw.measured("certificates")["curves"].values():
        for kind in ("linear", "interval"):
            assert all(p <= a for p, a in zip(curves[kind], curves["attacked"], strict=True))


def test_every_attack_of_the_ensemble_leaves_less() -> None:
    for sets in draw.measured("state")["sets"].values():
        values = list(sets["the ensemble"]["left"].values())
        assert values == sorted(values, reverse=True)


def test_published_numbers_name_their_source() -> None:
    path = draw.RESULTS / "robustbench.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["source"].endswith("RobustBench/robustbench")
    assert len(found["commit"]) == 40
    for board in found["boards"].values():
        assert all(0 <= row["robust"] <= row["clean"] <= 100 for row in board)
