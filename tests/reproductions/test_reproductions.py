"""The command `course reproduce`: all reports in a quick run, mistakes in one line, measures."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from course.cli import main
from solutions.reproductions import runner
from solutions.reproductions.measure import detection, fgsm_counts
from solutions.reproductions.reports.r004 import possible_sizes
from solutions.reproductions.runner import read_report_result, reports

# --- everything, quickly --------------------------------------------------------------------------


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
        run = read_report_result(path)["runs"]["digits"]
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


# --- measuring ------------------------------------------------------------------------------------


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
