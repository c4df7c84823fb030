"""Published reports run again: it resumes, compares honestly, and the committed results hold."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from course.cli import main
from course.errors import CourseError
from solutions.reproductions import runner
from solutions.reproductions.lab import Lab
from solutions.reproductions.measure import detection, fgsm_counts
from solutions.reproductions.record import (
    Finding,
    Measurement,
    Published,
    Row,
    measurements,
    number,
    rows,
    share,
    with_interval,
)
from solutions.reproductions.reports.r004 import possible_sizes
from solutions.reproductions.runner import (
    Report,
    Source,
    committed,
    read_result,
    reports,
    run_report,
    table,
)

DIGITS = Source("digits", "digits")


# --- everything, quickly ------------------------------------------------------------------------


def test_all_reports_run_quickly_and_tell_published_beside_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One test, because the run takes seconds: results, table, picture, and showing them again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runner, "QUICK_TRAIN", 200)
    monkeypatch.setattr(runner, "QUICK_TEST", 100)
    assert main(["reproduce", "all", "--quick"]) == 0

    printed = capsys.readouterr().out
    for head in ("published", "measured", "difference", "reason"):
        assert head in printed
    assert "3,274,634" in printed
    assert "98.41 %" in printed
    assert "quick run: too small" in printed
    assert "drawn in build/reproductions/004-digits.png" in printed
    assert (tmp_path / "build/reproductions/004-digits.png").stat().st_size > 5_000

    out = tmp_path / "build" / "reproductions"
    assert sorted(path.stem for path in out.glob("*.json")) == list(reports())
    for path in out.glob("*.json"):
        run = read_result(path)["runs"]["digits"]
        assert run["quick"]
        assert run["measurements"]
        assert {"torch", "python", "numpy"} <= set(run["versions"])

    assert main(["reproduce", "004", "--show", "--profile", "digits", "--out", str(out)]) == 0
    assert "19,810" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["005"], "no report is called '005'"),
        (["004", "--profile", "cifar11"], "no data profile 'cifar11'"),
        (["004", "--profile", "cifar10=imagefolder"], "imagefolder:PATH"),
        (["004", "--profile", "mnist", "--out", "OUT"], "course data download mnist"),
        (["004", "--show", "--out", "OUT"], "is missing"),
    ],
)
def test_mistakes_are_said_in_one_line(
    arguments: list[str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    named = [str(tmp_path) if argument == "OUT" else argument for argument in arguments]
    assert main(["reproduce", *named]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


# --- resuming -----------------------------------------------------------------------------------


class Interrupted(Exception):
    """What stops the run below, as Ctrl-C would."""


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


def test_a_result_keeps_the_runs_on_other_data(tmp_path: Path) -> None:
    options = {"out": tmp_path, "cache": tmp_path / "stages", "progress": False}
    run_report(steps([], stop=False), DIGITS, **options)
    other = Source("mnist", "digits")
    run_report(steps([], stop=False), other, **options)
    runs = read_result(tmp_path / "999.json")["runs"]
    assert list(runs) == ["digits", "mnist"]
    assert runs["mnist"]["read_from"] == "digits"


# --- comparing ----------------------------------------------------------------------------------


def test_a_share_has_its_wilson_interval_and_its_networks() -> None:
    found = share("a", [980, 990], 1_000)
    assert found.value == 98.5
    assert found.low is not None
    assert found.high is not None
    assert found.low < 98.5 < found.high
    assert found.seeds == (98.0, 99.0)
    assert found.reach is not None
    assert found.reach[0] < 98.0
    assert found.reach[1] > 99.0
    assert "networks 98.00 to 99.00" in with_interval(found)


@pytest.mark.parametrize(
    ("published", "measured", "agrees"),
    [
        (98.5, share("a", [985], 1_000), True),
        (96.0, share("a", [985], 1_000), False),
        (19_810, number("a", [19_810], "count"), True),
        (20_000, number("a", [19_810], "count"), False),
        (0.0314, number("a", [8 / 255], ""), True),  # as far as it was printed
        (0.0313, number("a", [8 / 255], ""), False),
        (5.0, number("a", [4.0, 6.0], "s"), True),  # networks lie on both sides
        ("often", number("a", [1.0], ""), None),
    ],
)
def test_agreement_is_judged_by_the_interval(
    published: float | str, measured: Measurement, agrees: bool | None
) -> None:
    row = Row(Published("a", "A", published, measured.unit, "line 1", reason="because"), measured)
    assert row.agrees is agrees
    assert ("because" in row.reason) == (agrees is not True)


def test_agreeing_with_the_mean_is_told_from_lying_between_networks() -> None:
    measured = share("a", [900, 980], 1_000)
    told = {
        value: Row(Published("a", "A", value, "%", "line 1", reason="because"), measured).reason
        for value in (94.0, 90.5, 80.0)
    }
    assert told == {94.0: "agrees", 90.5: "within what our networks differ by", 80.0: "because"}


def test_a_finding_is_told_with_the_measured_numbers() -> None:
    finding = Finding("claim", "ran", "{left-0.1} of {n}, {left-0.1 ±}", "why")
    run = {
        "measurements": [
            {"key": "left-0.1", "value": 12.5, "unit": "%", "low": 10.0, "high": 15.0},
            {"key": "n", "value": 1_000, "unit": "count"},
        ]
    }
    assert finding.told(run) == "12.50 % of 1,000, 12.50 % (10.00 to 15.00)"
    with pytest.raises(KeyError):
        replace(finding, came_out="{other}").told(run)


def test_a_figure_that_nobody_measured_says_so() -> None:
    published = (
        Published("a", "A", 1.0, "%", "line 1"),
        Published("", "B", 1.0, "%", "line 2", reason="quoted"),
    )
    asked, quoted = rows(published, None)
    assert asked.cells()[2] == "not run here"
    assert (quoted.cells()[2], quoted.reason) == ("not measured", "quoted")


def test_other_data_are_never_said_to_agree() -> None:
    report = steps([], stop=False)
    run = {"quick": False, "measurements": [{"key": "right", "value": 91.0, "unit": "%"}]}
    (row,) = table(report, run, "mnist")
    assert row.reason == "mnist instead of digits"
    (row,) = table(report, run, "digits")
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


# --- measuring ----------------------------------------------------------------------------------


def test_counts_are_those_of_attacking_one_epsilon_at_a_time() -> None:
    from solutions.fgsm import attack_success_rate, fgsm

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(16, 3))
    images, labels = torch.rand(300, 1, 4, 4), torch.randint(0, 3, (300,))
    counts = fgsm_counts(model, images, labels, [0.0, 0.1])
    adversarial = fgsm(model, images, labels, 0.1)
    right = int((model(adversarial).argmax(1) == labels).sum())
    assert counts["correct"] == [counts["clean"], right]
    fooled = (counts["clean"] - counts["both"][1]) / counts["clean"]
    assert fooled == pytest.approx(attack_success_rate(model, images, adversarial, labels))
    # Without the clamp an attack has more room.
    loose = fgsm_counts(model, images, labels, [0.1], clamp=False)
    assert loose["both"][0] <= counts["both"][1]


@pytest.mark.parametrize(
    ("clean", "attacked", "area"),
    [([0.9, 0.8], [0.1, 0.2], 1.0), ([0.5, 0.5], [0.5], 0.5), ([0.1], [0.9, 0.05], 0.5)],
)
def test_detection_is_the_area_under_the_curve(
    clean: list[float], attacked: list[float], area: float
) -> None:
    assert detection(torch.tensor(clean), torch.tensor(attacked)) == pytest.approx(area)


def test_possible_sizes_are_those_whose_shares_round_to_the_percentages() -> None:
    assert possible_sizes((33.33, 66.67), 6) == [3, 6]
    assert possible_sizes((12.34,), 50) == []


# --- what was found -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, Any]]:
    return committed()


def found(results: dict[str, dict[str, Any]], report: str) -> dict[str, Measurement]:
    if "mnist" not in results.get(report, {"runs": {}})["runs"]:
        pytest.skip(f"report {report} is not among the committed results yet")
    return {m.key: m for m in measurements(results[report]["runs"]["mnist"])}


def test_committed_results_are_full_runs_that_name_everything_needed(
    results: dict[str, dict[str, Any]],
) -> None:
    assert "004" in results
    for report, result in results.items():
        for profile, run in result["runs"].items():
            assert not run["quick"], (report, profile)
            assert run["command"].startswith(f"course reproduce {report} --profile {profile}")
            assert run["seeds"]
            assert "/" not in run["read_from"]
            assert all(math.isfinite(cut["taken"] - cut["without"]) for cut in run["shortcuts"])


@pytest.mark.parametrize("name", ["000", "004"])
def test_every_difference_has_a_reason_and_every_claim_a_place(
    name: str, results: dict[str, dict[str, Any]]
) -> None:
    assert found(results, name)
    report = reports()[name]
    for row in table(report, results[name]["runs"]["mnist"], "mnist"):
        if row.published:
            assert row.published.place
            assert row.reason, row.published.claim


@pytest.mark.parametrize("name", ["000", "004"])
def test_every_claim_that_can_be_measured_was(
    name: str, results: dict[str, dict[str, Any]]
) -> None:
    known = found(results, name)
    asked = {p.key for p in reports()[name].published if p.profile == "mnist" and p.key}
    assert asked <= set(known)


def test_naturally_robust_is_an_artefact_of_a_small_epsilon(
    results: dict[str, dict[str, Any]],
) -> None:
    """The network reproduces at 8/255, and falls at the epsilons it was compared with."""
    known = found(results, "000")

    def value(key: str) -> float:
        return float(known[key].value)

    assert value("plain-clean") > 98.5
    assert value("plain-fgsm-8/255") > 95
    assert value("plain-fgsm-0.3") < 20
    assert value("plain-pgd-0.3") < 1
    assert value("plain-worst-0.1") < value("plain-fgsm-0.1") - 5
    # Training at 8/255 does not reach the 90 % at 0.3 that it is set beside.
    assert value("defended-pgd-0.3") < 10


def test_one_axis_needs_three_units(results: dict[str, dict[str, Any]]) -> None:
    """Halved, the epsilons of 004 give its curve; read as pixels, they leave far less."""
    known = found(results, "004")
    published = {p.key: p for p in reports()["004"].published if p.epsilon is not None}
    for printed in (0.05, 0.1):  # above, networks of this recipe differ by too much to tell
        theirs = float(published[f"left-{printed:g}"].value)
        halved = float(known[f"left-{printed:g}"].value)
        as_pixels = float(known[f"left-in-pixels-{printed:g}"].value)
        assert abs(halved - theirs) < abs(as_pixels - theirs)


def test_its_percentages_are_of_980_images(results: dict[str, dict[str, Any]]) -> None:
    assert found(results, "004")["sample"].value == "980"


def test_attacks_can_be_batched(results: dict[str, dict[str, Any]]) -> None:
    known = found(results, "004")
    right, _, total = str(known["batched"].value).split()[:3]
    assert int(right) >= int(total) - 1


def test_the_published_perturbation_was_not_kept_in_range(
    results: dict[str, dict[str, Any]],
) -> None:
    """Its mean and deviation are those of 8/255 up or down in every pixel, which ours is not."""
    known = found(results, "000")
    assert float(known["published-spread"].value) == pytest.approx(8 / 255, abs=1e-5)
    mean, std = (float(known[f"clamped-{what}"].value) for what in ("mean", "std"))
    assert math.hypot(mean, std) < 0.98 * 8 / 255


def test_a_figure_whose_numbers_are_missing_says_what_to_run() -> None:
    from solutions.draw import render
    from solutions.reproductions import figures, galleries

    nothing = galleries.kept({})
    shown = [galleries.Gallery(nothing, figures.FIGURES, figures.TABLES)]
    files = render(shown, "audit-004-grid")
    assert files == {"audit-004-grid.inc": b"*Not run here yet: `course reproduce 004`*\n"}
    assert b"not run here" in render(shown, "audit-004")["audit-004.inc"]


def test_results_are_json_that_a_person_can_compare(results: dict[str, dict[str, Any]]) -> None:
    from solutions.figures.gallery import as_json

    for report, result in results.items():
        text = (runner.RESULTS / f"{report}.json").read_text(encoding="utf-8")
        assert json.loads(text) == result
        assert text == as_json(result)
