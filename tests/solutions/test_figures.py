"""The lecture's figures come from the committed numbers, and the command reports stale ones."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import markdown
import matplotlib
import pytest

from course.data import Dataset
from course.errors import CourseError
from solutions import draw as figures
from solutions.figures import gallery
from solutions.figures.fgsm import FIGURES, TABLES
from solutions.figures.measured.fgsm import EPSILONS, UNITS, Plan, measure

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "site" / "figures"
QUICK = Plan(seeds=(0,), defended=1, epochs=3, test_images=100, progress=False)


def command(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    figures.figures_command(parser.add_subparsers())
    args = parser.parse_args(["figures", *arguments])
    status: int = args.run(args)
    return status


def drawn_here() -> bool:
    version = re.search(r"Matplotlib v([\w.]+)", (FOLDER / "hero.svg").read_text())
    return version is not None and version[1] == matplotlib.__version__


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    loaded: dict[str, Any] = dict(figures.measured("fgsm"))
    return loaded


@pytest.fixture(scope="module")
def rendered(results: dict[str, Any]) -> dict[str, bytes]:
    return figures.render([figures.lecture("fgsm", results)])


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    """The whole measurement in small."""
    return measure(QUICK)


@pytest.fixture(scope="module")
def everything() -> dict[str, bytes]:
    """All galleries of the site, with the audit of published reports."""
    return figures.render(figures.galleries())


@pytest.mark.skipif(not drawn_here(), reason="the figures were drawn with another matplotlib")
def test_committed_figures_are_those_of_the_committed_numbers(everything: dict[str, bytes]) -> None:
    assert figures.stale_files(everything, FOLDER, strays=True) == []


def test_committed_text_is_that_of_the_committed_numbers(everything: dict[str, bytes]) -> None:
    for name, content in everything.items():
        if name.endswith(".inc"):
            assert (FOLDER / name).read_bytes() == content, name


def test_every_picture_exists_light_and_dark_and_has_words(rendered: dict[str, bytes]) -> None:
    for name, drawing in FIGURES.items():
        html = markdown.markdown(rendered[f"{name}.inc"].decode())
        images = re.findall(r'<img alt="([^"]+)" src="\.\./figures/([^"]+)"', html)
        pair = [f"{name}-light.svg#only-light", f"{name}-dark.svg#only-dark"]
        assert [src for _, src in images] == ([f"{name}.svg"] if drawing.for_any_page else pair)
        assert all(src.partition("#")[0] in rendered for _, src in images)
        assert all(re.search(r"\d", alt) for alt, _ in images), name


def test_pictures_are_small(everything: dict[str, bytes]) -> None:
    assert {name: len(data) for name, data in everything.items() if len(data) > 60_000} == {}


def test_check_names_what_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("--only", "fgsm-drift", "--out", str(tmp_path)) == 0
    assert command("--only", "fgsm-drift", "--out", str(tmp_path), "--check") == 0
    (tmp_path / "fgsm-drift-dark.svg").write_text("<svg/>")
    (tmp_path / "fgsm-drift.inc").unlink()
    capsys.readouterr()
    assert command("--only", "fgsm-drift", "--out", str(tmp_path), "--check") == 1
    told = capsys.readouterr().out
    assert "fgsm-drift-dark.svg" in told
    assert "fgsm-drift.inc" in told
    assert "fgsm-drift-light.svg" not in told


def test_check_notices_files_that_nobody_draws(
    tmp_path: Path, rendered: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in rendered.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "old.svg").write_text("<svg/>")
    assert figures.stale_files(rendered, tmp_path, strays=True) == ["old.svg"]


def test_check_tells_another_matplotlib_from_a_stale_file(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_bytes(b"Matplotlib v1.0.0 old")
    with pytest.raises(CourseError, match=r"1\.0\.0.*constraints"):
        figures.stale_files({"a.svg": b"Matplotlib v9.9.9 new"}, tmp_path, strays=False)


def test_unknown_figure_is_a_kind_error(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="fgsm-curves"):
        command("--only", "fgsm-curve", "--out", str(tmp_path))


def test_missing_numbers_are_a_kind_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(figures, "RESULTS", tmp_path)
    with pytest.raises(CourseError, match="--measure"):
        command("--out", str(tmp_path))


def test_command_is_known_before_torch_is() -> None:
    code = "import sys, solutions.draw; print({'torch', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_json_reads_back_and_keeps_lists_of_numbers_on_a_line() -> None:
    value = {"a": [1, 2.5, -3e-05], "b": [[1, 2], [3]], "c": ["x, y", "1"], "d": []}
    text = gallery.as_json(value)
    assert json.loads(text) == value
    assert " [1, 2.5, -3e-05]" in text


# --- what was measured --------------------------------------------------------------------------


def test_committed_numbers_say_how_to_measure_them(results: dict[str, Any]) -> None:
    about = results["about"]
    assert about["command"] == "course figures --measure"
    assert "pixel" in about["units"]
    assert len(about["seeds"]["plain"]) >= 3
    assert {"torch", "numpy", "python", "scikit-learn"} <= set(about["versions"])
    assert results["epsilons"] == list(EPSILONS)
    assert results["epsilon"] in EPSILONS


def test_committed_numbers_are_of_the_digits_there_are(
    results: dict[str, Any], digits: Dataset
) -> None:
    assert results["about"]["profile_sha256"] == digits.sha256
    assert [len(results["confidence"][k]) for k in ("clean", "attacked")] == [len(digits.test)] * 2
    assert sum(map(sum, results["confusion"]["attacked"])) == len(digits.test)


def test_shown_images_stay_within_epsilon(results: dict[str, Any]) -> None:
    pairs = (results["grid"][kind]["pixels"] for kind in ("clean", "adversarial"))
    moved = [abs(a - b) for x, y in zip(*pairs, strict=True) for a, b in zip(x, y, strict=True)]
    assert 0 < max(moved) <= 255 * results["epsilon"]


def test_one_curve_is_the_same_curve_in_every_unit(results: dict[str, Any]) -> None:
    """Half of a number on the scale [-1, 1] is that number in pixels."""
    units = results["units"]
    printed, curves = units["printed"], units["accuracy"]
    pairs = [(i, printed.index(e / 2)) for i, e in enumerate(printed) if e / 2 in printed]
    assert len(pairs) >= 3
    for i, j in pairs:
        halves = [run[i] for run in curves["minus one to one"]]
        assert halves == pytest.approx([run[j] for run in curves["pixels"]], abs=0.01)


def test_quick_measurement_has_the_committed_shape(
    quick: dict[str, Any], results: dict[str, Any]
) -> None:
    assert list(quick) == list(results)
    for part in ("attacks", "training", "drift"):
        assert list(quick[part]) == list(results[part])
    assert list(quick["units"]["accuracy"]) == list(UNITS)
    figures.render([figures.lecture("fgsm", json.loads(gallery.as_json(quick)))])


def test_quick_measurement_repeats(quick: dict[str, Any]) -> None:
    assert gallery.as_json(measure(QUICK)) == gallery.as_json(quick)


def test_quick_measurement_shows_what_the_lecture_says(quick: dict[str, Any]) -> None:
    at = quick["epsilons"].index(quick["epsilon"])
    noise, one_step, many_steps = (runs[0][at] for runs in quick["attacks"].values())
    assert noise > one_step + 0.3
    assert many_steps <= one_step + 0.02
    assert quick["drift"]["FGSM"]["logits"] > 2 * quick["drift"]["random sign noise"]["logits"]
    clean = quick["attacks"]["FGSM"][0][0]
    assert QUICK.test_images
    matrix = quick["confusion"]["clean"]
    assert sum(matrix[k][k] for k in range(10)) / QUICK.test_images == pytest.approx(
        clean, abs=1e-4
    )


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_written_from_the_numbers(name: str, results: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(results).replace(str(results["about"]["test_images"]), "911"))
    changed["attacks"]["FGSM"] = [[0.123] * len(EPSILONS)]
    changed["units"]["accuracy"]["pixels"] = [[0.123] * len(changed["units"]["printed"])]
    changed["defences"]["PGD"]["plain"] = [[0.123] * len(EPSILONS)]
    assert re.search(r"12\.3|911", TABLES[name](changed))
