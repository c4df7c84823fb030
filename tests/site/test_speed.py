"""Benchmarks end in one line without their data and count rightly; the page says what they kept."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from course.errors import CourseError
from solutions import draw as figures

ROOT = Path(__file__).parents[2]
PROGRAMS = ("turns", "limit", "machine", "peers", "comparisons", "attacks", "training", "speed")


@pytest.fixture(scope="module")
def programs() -> Iterator[Any]:
    """The modules of `benchmarks/`, which find one another by their folder."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    found: dict[str, ModuleType] = {name: importlib.import_module(name) for name in PROGRAMS}
    yield SimpleNamespace(**found)
    sys.path.remove(str(ROOT / "benchmarks"))
    for name in PROGRAMS:
        del sys.modules[name]


@pytest.fixture
def no_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No images are here but those that come with the course."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))


# --- without the data ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("attacks", ["--data", "mnist"]),
        ("attacks", ["--data", "no-such"]),
        ("attacks", ["--device", "cuda:99"]),
        ("training", []),
        ("training", ["--device", "cuda:99"]),
        ("training", ["--device", "abacus"]),
    ],
)
@pytest.mark.usefixtures("no_data")
def test_what_is_missing_is_said_in_one_line(
    program: str,
    arguments: list[str],
    programs: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", [f"{program}.py", *arguments])
    assert getattr(programs, program).main() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert (arguments or ["mnist"])[-1] in line


def test_without_any_library_one_line_says_how_to_get_them(
    programs: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(programs.peers, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["attacks.py"])
    assert programs.attacks.main() == 2
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == len(programs.peers.PEERS)
    assert programs.peers.HOW in err


# --- counting ------------------------------------------------------------------------------------


def test_contestants_take_turns(programs: Any) -> None:
    said: list[str] = []

    def turn(name: str) -> dict[str, float]:
        said.append(name)
        return {"wall": float(len(said))}

    contestants = {"a": lambda: turn("a"), "b": lambda: turn("b")}
    seconds = programs.turns.take_turns(contestants, 2, lambda: said.append("-"))
    assert said == ["-", "a", "b", "-", "a", "b"]
    assert seconds == {"a": {"wall": [2.0, 5.0]}, "b": {"wall": [3.0, 6.0]}}


def test_ratios_are_of_medians(programs: Any) -> None:
    seconds = {"slow": {"wall": [4.0, 6.0, 99.0]}, "quick": {"wall": [1.0, 3.0, 2.0]}}
    assert programs.turns.ratio(seconds, "slow", "quick") == 3.0
    assert programs.turns.fastest(seconds, seconds) == "quick"
    assert programs.turns.ratios_by_round([4.0, 6.0], [1.0, 3.0]) == (2.0, 4.0)


def test_the_limit_is_operations_over_the_rate(programs: Any) -> None:
    assert programs.limit.share_of_limit(work=300, rate=100, seconds=6) == 0.5


def test_a_product_and_its_gradients_are_counted(programs: Any) -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.ReLU(), nn.Linear(10, 10))
    images = torch.rand(4, 1, 28, 28)
    first, last = 2 * 4 * 784 * 10, 2 * 4 * 10 * 10  # a multiplication and an addition each
    assert programs.limit.operations(lambda: network(images)) == first + last
    attack = programs.limit.layer_costs(network, images, training=False, repeats=1)
    learning = programs.limit.layer_costs(network, images, training=True, repeats=1)
    assert [cost.operations for cost in attack.values()] == [0, 2 * first, 0, 2 * last]
    # A training needs no gradient of the images.
    assert [cost.operations for cost in learning.values()] == [0, 2 * first, 0, 3 * last]


# --- equal results -------------------------------------------------------------------------------


def test_other_pixels_end_the_run(programs: Any) -> None:
    first = programs.attacks.ONE_BATCH
    found = {first: torch.zeros(1, 1000), "other": torch.zeros(1, 1000)}
    found["other"][0, 0] = 0.1
    assert programs.attacks.require_equal_pixels(found)["other"] == pytest.approx(0.999)
    found["other"][0, 1] = float("nan")
    with pytest.raises(CourseError, match=r"99\.800%"):
        programs.attacks.require_equal_pixels(found)


def test_another_curve_ends_the_run(programs: Any) -> None:
    first = programs.attacks.ONE_BATCH
    found = {first: torch.tensor([0.9, 0.5]), "other": torch.tensor([0.9, 0.49])}
    programs.attacks.require_equal_curves(found, images=100)
    with pytest.raises(CourseError, match="2 images"):
        programs.attacks.require_equal_curves(found, images=200)


def test_a_weaker_attack_ends_the_run(programs: Any) -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(2, 2, bias=False))
    network[1].weight.data = torch.eye(2)
    labels = torch.zeros(1, dtype=torch.int64)
    found = {programs.attacks.ONE_BATCH: torch.tensor([[[[0.4, 0.6]]]])}
    found["weak"] = torch.tensor([[[[0.45, 0.55]]]])
    with pytest.raises(CourseError, match="weak attacks with another strength"):
        programs.attacks.require_equal_strength(found, network, labels)


# --- another library in its own process ----------------------------------------------------------


def test_a_library_runs_in_its_own_process(
    programs: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Foolbox is in this environment too, so no other is needed here."""
    monkeypatch.setattr(programs.peers, "interpreter", lambda _: Path(sys.executable))
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10)).eval()
    images, labels = torch.rand(6, 1, 28, 28), torch.arange(6)
    task = {"model": network, "images": images, "labels": labels, "device": images.device}
    task |= {"epsilon": 0.1, "step_size": 0.01, "steps": 3, "first_steps": 2, "classes": 10}
    torch.save(task | {"epsilons": [0.0, 0.1]}, tmp_path / "task.pt")
    peer = programs.peers.PeerProcess("foolbox", tmp_path / "task.pt")
    seconds = peer.run("pgd", 4, tmp_path / "result.pt")
    peer.close()
    moved = (torch.load(tmp_path / "result.pt") - images).abs()
    assert moved.max().item() == pytest.approx(0.03, abs=1e-6)
    assert set(seconds) == {"wall", "processor"}
    assert peer.version == f"Foolbox {programs.peers.PEERS['foolbox'].packages[0][9:]}"


def test_a_library_that_ends_early_is_named(
    programs: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(programs.peers, "interpreter", lambda _: Path(sys.executable))
    with pytest.raises(CourseError, match="art ended early: FileNotFoundError"):
        programs.peers.PeerProcess("art", tmp_path / "nothing.pt")


def test_every_library_is_pinned_beside_our_pytorch(programs: Any) -> None:
    for name in programs.peers.PEERS:
        first, *others = programs.peers.packages(name)
        assert first.startswith("torch==")
        assert all("==" in package for package in others)


# --- the page ------------------------------------------------------------------------------------


def test_the_committed_page_is_that_of_the_committed_numbers(programs: Any) -> None:
    page = programs.speed.page(programs.speed.stored())
    assert programs.speed.PAGE.read_text(encoding="utf-8") == page, "python benchmarks/speed.py"


def test_the_committed_figure_is_that_of_the_committed_numbers(programs: Any) -> None:
    rows = programs.comparisons.comparisons(programs.speed.stored())
    files = programs.speed.figure_files(rows)
    drawn = {name: content for name, content in files.items() if name.endswith(".svg")}
    try:
        assert figures.stale_files(drawn, programs.speed.ASSETS, strays=False) == []
    except CourseError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("kept", [[], ["attacks"], ["grading"], ["training", "grading"]])
def test_the_page_leaves_out_what_was_not_measured(kept: list[str], programs: Any) -> None:
    stored = programs.speed.stored()
    page = programs.speed.page({name: stored[name] for name in kept if name in stored})
    assert page.count("<!-- ") == 1  # who wrote it: every other place was filled
    assert page.count(programs.speed.MISSING) >= len(programs.speed.SECTIONS) - len(kept)


def test_a_goal_is_reached_or_missed(programs: Any) -> None:
    made = programs.comparisons.Comparison
    rows = [
        made("Sums", "an abacus", 4.0, (3.0, 5.0), 2.0, 0.5),
        made("Tides", "an almanac", 3.0, None, 4.0, 0.25),
    ]
    table = programs.speed.goals(rows)
    assert "| Sums | an abacus | **4.00** | 3.00 to 5.00 | 2, reached | 50 % | 8.00 |" in table
    assert "| Tides | an almanac | **3.00** | one run | 4, missed | 25 % | 12.0 |" in table
    assert "Tides misses its goal of 4: that would take 33 % of the limit" in table
    assert "Sums misses" not in table


def test_grading_is_compared_by_further_submissions(programs: Any) -> None:
    report = {
        "classes": [2, 12],
        "rate": {"autograder": [5.0, 7.0], "nbgrader": [8.0, 48.0]},
        "cost": {"a3": {"student": 0.2}},
        "assignment": "a3",
        "jobs": 2,
    }
    (row,) = programs.comparisons.of_grading(report)
    assert row.ratio == pytest.approx(20.0)
    assert row.limit == pytest.approx(0.5)
