"""Report 001: four image sets; missing ones are replaced by small files of their format."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from course.cli import main
from course.data import Dataset
from course.data.idx import IDX_FILES
from course.metrics import predict
from course.models import build
from course.training import Recipe, fit
from solutions.reproductions.record import measurements
from solutions.reproductions.reports import claims001
from solutions.reproductions.runner import committed, comparisons, read_report_result, reports
from solutions.reproductions.trainings import (
    AtTemperature,
    clean_and_fgsm,
    distil,
    only_fgsm,
    only_pgd,
)

SMALL_IDX = {name: (40 if "train" in name else 20, *shape[1:]) for name, shape in IDX_FILES.items()}


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, Any]]:
    return committed()


def found(results: dict[str, dict[str, Any]], profile: str = "mnist") -> dict[str, float | str]:
    run = results["001"]["runs"][profile]
    return {m.key: m.value for m in measurements(run)}


# --- the sets that are not here -----------------------------------------------------------------


def reproduce(profile: str, folder: Path) -> dict[str, Any]:
    """`course reproduce 001 --quick` on one profile; returns the stored run."""
    assert main(["reproduce", "001", "--quick", "--profile", profile, "--out", str(folder)]) == 0
    (run,) = read_report_result(folder / "001.json")["runs"].values()
    return dict(run)


def test_fashion_mnist_is_run_from_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    values = np.random.RandomState(0)
    for name, shape in SMALL_IDX.items():
        monkeypatch.setitem(IDX_FILES, name, shape)
        header = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
        top = 256 if len(shape) == 3 else 10
        (raw / name).write_bytes(header + values.randint(0, top, shape, dtype=np.uint8).tobytes())
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    run = reproduce("fashion-mnist", tmp_path / "out")
    assert run["profile"] == "fashion-mnist"
    assert (run["train_images"], run["test_images"]) == (40, 20)
    known = {m.key: m for m in measurements(run)}
    assert known["epsilon"].value == 0.1
    assert {"answer-pgd", "answer-distillation", "answer-residual"} <= set(known)
    told = capsys.readouterr().out
    assert "87.27 %" in told
    assert "26.82" in told


def test_an_image_folder_is_run_in_imagenets_layout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    values = np.random.RandomState(0)
    for part, count in (("train", 12), ("val", 6)):
        for label, name in enumerate(("n01440764", "n02102040")):
            folder = tmp_path / "images" / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = values.randint(0, 128, (40, 50, 3), dtype=np.uint8) + 100 * label
                Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number}.JPEG")
    monkeypatch.chdir(tmp_path)
    run = reproduce(f"imagefolder:{tmp_path / 'images'}", tmp_path / "out")
    assert run["profile"] == "imagefolder"
    assert "/" not in run["read_from"]
    known = {m.key: m for m in measurements(run)}
    assert known["epsilon"].value == 0.03
    assert known["plain-clean"].images == 12
    assert "74.26 %" in capsys.readouterr().out


@pytest.mark.parametrize("profile", [s.profile for s in claims001.SETS])
def test_every_figure_of_a_set_is_a_row_and_says_if_it_was_not_run(profile: str) -> None:
    figures = next(s for s in claims001.SETS if s.profile == profile)
    rows = [row for row in comparisons(reports()["001"], None, profile) if row.published]
    values = {row.published.value for row in rows if row.published}
    assert {figures.baseline, figures.drop, figures.trained, figures.epsilon} <= values
    for row in rows:
        assert row.published
        assert row.published.profile == profile
        ours, reason = row.cells()[2], row.reason
        assert (ours, bool(reason)) == ("not run here" if row.published.key else "not measured", 1)


def test_its_own_figures_are_added_up_rightly() -> None:
    """The claims written as summaries of its rows follow from the rows."""
    sets = claims001.SETS
    assert (min(s.baseline for s in sets), max(s.baseline for s in sets)) == (74.26, 87.27)
    assert all(20 <= s.drop <= 29 for s in sets)
    assert all(70 <= s.trained <= 82 for s in sets)
    assert sum(s.baseline - s.drop < 55 for s in sets) == 2
    drops = {s.profile: s.drop for s in sets}
    assert drops["fashion-mnist"] > 26  # "simple", but as fragile as the complex ones


# --- trainings ----------------------------------------------------------------------------------


def test_perturbations_stay_within_epsilon_and_grow_with_the_training(digits: Dataset) -> None:
    x, y = digits.train.images[:16], digits.train.labels[:16]
    model = build("tiny-cnn", seed=0)
    both = clean_and_fgsm(0.1)(model, x, y, 0.0)
    assert torch.equal(both[:16], x)
    assert 0.09 < (both[16:] - x).abs().max() <= 0.1 + 1e-6
    for attack in (only_fgsm(0.2), only_pgd(0.2)):
        reach = [(attack(model, x, y, done) - x).abs().max().item() for done in (0.0, 0.25, 0.5)]
        assert reach == pytest.approx([0, 0.1, 0.2], abs=1e-5)


def test_a_student_learns_the_teachers_answers_and_larger_logits(digits: Dataset) -> None:
    images, labels = digits.train.images[:400], digits.train.labels[:400]
    recipe = Recipe(epochs=8, batch_size=16, learning_rate=0.01)
    teacher, student = build("tiny-cnn", seed=0), build("tiny-cnn", seed=1)
    fit(AtTemperature(teacher, 10.0), images, labels, recipe, progress=False)
    losses = distil(student, teacher, images, labels, recipe, temperature=10.0)
    assert losses[-1] < losses[0]
    assert not student.training
    answers = [predict(m, digits.test.images).argmax(dim=1) for m in (teacher, student)]
    assert (answers[0] == answers[1]).double().mean() > 0.8
    plain = build("tiny-cnn", seed=1)
    fit(plain, images, labels, recipe, progress=False)
    sizes = [predict(m, digits.test.images).std() for m in (student, plain)]
    assert sizes[0] > 2 * sizes[1]


# --- what was found -----------------------------------------------------------------------------


def value(known: dict[str, float | str], key: str) -> float:
    return float(known[key])


def test_training_on_fgsm_at_a_large_epsilon_is_robust_in_appearance_only(
    results: dict[str, dict[str, Any]],
) -> None:
    known = found(results)
    gap = value(known, "masking-FGSM-FGSM") - value(known, "masking-FGSM-PGD")
    honest = value(known, "masking-PGD-FGSM") - value(known, "masking-PGD-PGD")
    assert value(known, "masking-FGSM-FGSM") > 70
    assert gap > 30
    assert honest < 15


def test_the_published_baseline_on_mnist_hardly_trained(
    results: dict[str, dict[str, Any]],
) -> None:
    known = found(results)
    assert value(known, "plain-clean") > 97
    images = re.search(r"After ([\d,]+) images", str(known["early"]))
    assert images is not None
    assert int(images[1].replace(",", "")) < 60_000 / 2


def test_margins_see_through_distillation(results: dict[str, dict[str, Any]]) -> None:
    known = found(results)
    assert value(known, "distilled-pgd") > value(known, "distilled-worst") + 20
    assert value(known, "distilled-worst") < value(known, "concatenated-worst")


def test_every_claim_on_mnist_was_measured_or_says_why_not(
    results: dict[str, dict[str, Any]],
) -> None:
    run = results["001"]["runs"]["mnist"]
    for row in comparisons(reports()["001"], run, "mnist"):
        if row.published:
            assert row.measured or not row.published.key, row.published.claim
            assert row.reason, row.published.claim
            assert row.published.place


def test_findings_are_told_with_numbers(results: dict[str, dict[str, Any]]) -> None:
    run = results["001"]["runs"]["mnist"]
    for finding in reports()["001"].findings:
        assert re.search(r"\d", finding.with_numbers(run))
