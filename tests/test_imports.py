"""Rooms import only rooms below them, in no circle, read from the source without running it."""

import subprocess
import sys
from pathlib import Path

import import_graph
import pytest
from import_graph import ROOT, circles, graph, imported_modules, in_any, module_name, sources

PACKAGES = ("course", "solutions", "autograder")
# The packages that each package may import besides itself.
BELOW: dict[str, set[str]] = {
    "course": set(),
    "solutions": {"course"},
    "autograder": {"course", "solutions"},
}
# The rooms of the autograder, floor by floor; a room imports rooms of lower floors only.
FLOORS = (
    {"catalog", "errors", "files", "installed", "secret"},
    {"report", "worker"},
    {"handin", "sandbox"},
    {"student"},
    {"judge"},
    {"checks", "grading", "self_check"},
    {"authoring", "nbgrader_plugin"},
    {"exports"},
    {"term"},
    {"cli"},
    {"__main__"},
)
# Code that runs beside a student's knows no answers, gives no verdict, and unpickles nothing.
KEPT_FROM_STUDENTS = {"solutions", "pytest", "_pytest", "nbgrader", "pickle", "assignments"}
BESIDE_A_STUDENT = {"autograder", "autograder.errors", "autograder.worker"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "stuff", "tools"}
MOST_LINES = 400
ASKED_FOR_BY_PYTHON = ("__pycache__", "__main__.py", "py.typed")  # files that are not read
MOST_ENTRIES = 20
CORPORA = ("honest", "mutants", "redteam", "sample_class", "scoreboard", "fuzz")
ALL_CODE = ("course", "solutions", "autograder", "tests", "tools", "benchmarks", "assignments")
MOST_IMPORTS_IN_FUNCTIONS = 30


def floor_of(module: str) -> int | None:
    """The floor of an autograder module; None for the package itself, which re-exports names."""
    room = module.split(".")[1] if "." in module else None
    return next((i for i, rooms in enumerate(FLOORS) if room in rooms), None)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", sources(*PACKAGES), ids=named)
def test_imports_go_down_only(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    allowed = {package} | BELOW[package]
    everything = {*BELOW, "assignments", "tests"}
    upward = {name for name in imported_modules(path) if in_any(name, everything - allowed)}
    assert not upward, f"{package}/ may import {sorted(BELOW[package]) or 'no other package'}"


def test_the_rooms_of_the_autograder_stand_in_order() -> None:
    upward = [
        f"{name} imports {target}"
        for name, targets in graph("autograder").items()
        for target in sorted(targets)
        if (here := floor_of(name)) is not None
        and (there := floor_of(target)) is not None
        and name.split(".")[1] != target.split(".")[1]
        and (there > here or (there == here and here > 0))
    ]
    assert not upward


def test_every_room_of_the_autograder_has_a_floor() -> None:
    rooms = {name.split(".")[1] for name in graph("autograder") if "." in name}
    assert rooms == set().union(*FLOORS)


def test_no_circle() -> None:
    assert circles(graph(*PACKAGES)) == []


@pytest.mark.parametrize(
    ("arrows", "expected"),
    [
        ({"a": {"b"}, "b": set()}, []),
        ({"a": {"b"}, "b": {"a"}}, [["a", "b"]]),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, [["a", "b", "c"]]),
        ({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}, []),
    ],
)
def test_circles_are_found(arrows: dict[str, set[str]], expected: list[list[str]]) -> None:
    assert circles(arrows) == expected


@pytest.mark.parametrize(
    "path",
    [ROOT / "autograder" / "errors.py", *sources("autograder/worker")],
    ids=named,
)
def test_what_runs_beside_a_student_imports_course_alone(path: Path) -> None:
    imported = imported_modules(path)
    assert not {name for name in imported if in_any(name, KEPT_FROM_STUDENTS)}
    ours = {name for name in imported if in_any(name, {"autograder"})}
    assert not {name for name in ours if not in_any(name, BESIDE_A_STUDENT - {"autograder"})} - {
        "autograder"
    }


def test_starting_the_worker_loads_no_answers_and_no_judge() -> None:
    code = (
        "import sys, autograder.worker.serving\n"
        "print(*{name.partition('.')[0] for name in sys.modules})\n"
        "print(*(name for name in sys.modules if name.startswith('autograder.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    packages, own = (set(line.split()) for line in done.stdout.splitlines())
    assert not packages & (KEPT_FROM_STUDENTS - {"pickle"})  # torch imports pickle itself
    assert all(in_any(name, BESIDE_A_STUDENT - {"autograder"}) for name in own)


def test_nothing_is_named_after_nothing() -> None:
    parts = {
        part for path in sources(*PACKAGES) for part in path.relative_to(ROOT).with_suffix("").parts
    }
    assert not parts & VAGUE


def test_no_file_is_long() -> None:
    lengths = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources(*ALL_CODE)
    }
    assert not {name: lines for name, lines in lengths.items() if lines > MOST_LINES}


def test_no_folder_is_crowded() -> None:
    crowded = {}
    for package in (*PACKAGES, "tests"):
        for folder in (ROOT / package, *(path for path in (ROOT / package).rglob("*/"))):
            parts = folder.relative_to(ROOT).parts
            if "__pycache__" in parts or (parts[0] == "tests" and set(parts[1:]) & {*CORPORA}):
                continue
            entries = {
                path.name
                for path in folder.iterdir()
                if path.name not in {*CORPORA, *ASKED_FOR_BY_PYTHON}
            }
            if len(entries) > MOST_ENTRIES:
                crowded[str(folder.relative_to(ROOT))] = len(entries)
    assert not crowded


def test_few_imports_hide_in_functions() -> None:
    hidden = {
        named(path): lines
        for path in sources(*PACKAGES)
        if (lines := sorted(set(import_graph.imports_in_functions(path))))
    }
    assert sum(map(len, hidden.values())) < MOST_IMPORTS_IN_FUNCTIONS, hidden


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import solutions.fgsm", {"solutions.fgsm"}),
        ("from solutions import fgsm", {"solutions.fgsm"}),
        ("from . import models", {"course.models"}),
        ("from ..autograder import judge", {"autograder.judge"}),
        ("def f():\n    from autograder.judge import grade", {"autograder.judge.grade"}),
    ],
)
def test_every_way_of_importing_is_seen(statement: str, expected: set[str], tmp_path: Path) -> None:
    path = tmp_path / "course" / "example.py"
    path.parent.mkdir()
    path.write_text(statement)
    assert imported_modules(path, root=tmp_path) == expected
    assert module_name(path, root=tmp_path) == "course.example"
