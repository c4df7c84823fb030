"""The runner of reports: it resumes, does not delete runs on other data, and adds seeds."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from course.errors import CourseError
from solutions.reproductions.lab import Lab
from solutions.reproductions.record import Published, measurements, number, share
from solutions.reproductions.runner import (
    Report,
    Source,
    comparisons,
    read_report_result,
    run_report,
)

DIGITS = Source("digits", "digits")


# --- resuming -------------------------------------------------------------------------------------


class Interrupted(Exception):
    """The error that stops the run below, like Ctrl-C."""


def steps(calls: list[str], *, stop: bool, recipe: str = "one") -> Report:
    """A report of two stages, the second of which may be interrupted."""

    def network() -> torch.nn.Module:
        return torch.nn.Linear(2, 2)

    def train(model: torch.nn.Module) -> dict[str, float]:
        calls.append("train")
        torch.nn.init.constant_(model.weight, 3.0)
        return {"loss": 0.5}

    def measure() -> dict[str, Any]:
        calls.append("measure")
        if stop:
            raise Interrupted
        return {"right": 90}

    def run(lab: Lab) -> None:
        model, note = lab.network("net", network, train, recipe=recipe)
        found = lab.stage("measure", measure)
        lab.record(
            share("right", [found["right"]], 100),
            number("weight", [model.weight[0, 0].item()], ""),
            number("loss", [note["loss"]], ""),
        )

    published = (Published("right", "Right", 91.0, "%", "line 1", profile="digits"),)
    return Report("999", "A test", "nobody", "linear", ("digits",), (0,), published, run)


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    calls: list[str] = []
    options = {"out": tmp_path, "cache": tmp_path / "stages", "quick": True, "progress": False}
    with pytest.raises(Interrupted):
        run_report(steps(calls, stop=True), DIGITS, **options)
    assert not (tmp_path / "999.json").exists()
    result = run_report(steps(calls, stop=False), DIGITS, **options)
    assert calls == ["train", "measure", "measure"]
    assert {m.key: m.value for m in measurements(result)} == {
        "right": 90,
        "weight": 3,
        "loss": 0.5,
    }
    assert run_report(steps(calls, stop=False), DIGITS, **options) == result
    assert len(calls) == 3


def test_another_recipe_is_trained_anew(tmp_path: Path) -> None:
    calls: list[str] = []
    options = {"out": tmp_path, "cache": tmp_path / "stages", "quick": True, "progress": False}
    run_report(steps(calls, stop=False), DIGITS, **options)
    run_report(steps(calls, stop=False, recipe="two"), DIGITS, **options)
    assert calls.count("train") == 2


MODULE = """
from solutions.reproductions.record import number
from solutions.reproductions.runner import Report

def run(lab):
    lab.record(number("value", [lab.stage("value", lambda: {value})], ""))

REPORT = Report("999", "A test", "nobody", "none", ("digits",), (0,), (), run)
"""


def test_a_changed_module_is_measured_anew(tmp_path: Path) -> None:
    options = {"out": tmp_path, "cache": tmp_path / "stages", "quick": True, "progress": False}
    found = []
    for value in (1, 2):
        path = tmp_path / f"version{value}.py"
        path.write_text(MODULE.format(value=value), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        result = run_report(module.REPORT, DIGITS, **options)
        found += [m.value for m in measurements(result)]
    assert found == [1, 2]


def test_a_result_keeps_the_runs_on_other_data(tmp_path: Path) -> None:
    options = {"out": tmp_path, "cache": tmp_path / "stages", "progress": False}
    run_report(steps([], stop=False), DIGITS, **options)
    other = Source("mnist", "digits")
    run_report(steps([], stop=False), other, **options)
    runs = read_report_result(tmp_path / "999.json")["runs"]
    assert list(runs) == ["digits", "mnist"]
    assert runs["mnist"]["read_from"] == "digits"


# --- comparing ------------------------------------------------------------------------------------


def test_other_data_are_never_said_to_agree() -> None:
    report = steps([], stop=False)
    run = {"quick": False, "measurements": [{"key": "right", "value": 91.0, "unit": "%"}]}
    (row,) = comparisons(report, run, "mnist")
    assert row.reason == "mnist instead of digits"
    (row,) = comparisons(report, run, "digits")
    assert row.reason == "agrees"


def test_seeds_go_on_after_those_listed() -> None:
    report = replace(steps([], stop=False), seeds=(42, 7))
    assert report.first_seeds(None) == (42, 7)
    assert report.first_seeds(1) == (42,)
    assert report.first_seeds(4) == (42, 7, 8, 9)


def test_data_can_stand_for_a_profile_without_naming_a_folder_of_this_machine() -> None:
    source = Source.parse("cifar10=imagefolder:/home/me/pictures")
    assert (source.profile, source.shown) == ("cifar10", "imagefolder:pictures")
    with pytest.raises(CourseError):
        Source.parse("cifar12=imagefolder:/home/me/pictures")
