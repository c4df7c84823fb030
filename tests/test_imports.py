"""Rooms import only rooms below them, read from the source without running it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]

# What each room may import besides itself.
BELOW = {
    "course": set(),
    "solutions": {"course"},
    "autograder": {"course", "solutions"},
}
# What runs beside a student's code knows no answers, gives no verdict, and unpickles nothing.
KEPT_FROM_STUDENTS = {"solutions", "pytest", "_pytest", "nbgrader", "pickle", "assignments"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "stuff", "tools"}


def sources() -> list[Path]:
    return sorted(path for room in BELOW for path in (PROJECT / room).rglob("*.py"))


def beside_a_student() -> list[Path]:
    """The worker, the protocol, and every file of their room that those import, however deep.

    The room's own `__init__` imports the judge inside a function, for notebooks; that it stays
    there is shown by running it, below.
    """
    room = PROJECT / "autograder"
    waiting = [*room.glob("worker*.py"), *room.glob("worker*/**/*.py"), room / "protocol.py"]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [file for name in imported_modules(path) for file in files_of(name)]
    return sorted(found)


def files_of(name: str) -> list[Path]:
    """The autograder's files that a full name `autograder.module[.thing]` stands for."""
    if not in_any(name, {"autograder"}):
        return []
    module = PROJECT.joinpath(*name.split("."))
    candidates = [module.with_suffix(".py"), module.parent.with_suffix(".py")]
    candidates += [module / "__init__.py", module.parent / "__init__.py"]
    initial = PROJECT / "autograder" / "__init__.py"
    return [path for path in candidates if path.is_file() and path != initial]


def imported_modules(path: Path) -> set[str]:
    """Full names of all modules a file imports, at any depth, relative ones resolved."""
    package = list(path.relative_to(PROJECT).parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *filter(None, [node.module])])
            # `from room import part` may name a module or a name in one: both count.
            found.update(f"{origin}.{alias.name}" for alias in node.names)
    return found


def in_any(module: str, allowed: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_imports_go_down_only(path: Path) -> None:
    room = path.relative_to(PROJECT).parts[0]
    rooms = {*BELOW, "assignments", "tests"}
    allowed = {room} | BELOW[room]
    upward = {name for name in imported_modules(path) if in_any(name, rooms - allowed)}
    assert not upward, f"{room}/ may import {sorted(BELOW[room]) or 'no other room'}"


@pytest.mark.parametrize(
    "path", beside_a_student(), ids=lambda path: str(path.relative_to(PROJECT))
)
def test_what_runs_beside_a_student_imports_course_alone(path: Path) -> None:
    kept = {name for name in imported_modules(path) if in_any(name, KEPT_FROM_STUDENTS)}
    assert not kept


def test_starting_the_worker_loads_no_answers_and_no_judge() -> None:
    code = (
        "import sys, autograder.worker.worker, autograder.worker.protocol\n"
        "print(*{name.partition('.')[0] for name in sys.modules})\n"
        "print(*(name for name in sys.modules if name.startswith('autograder.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    packages, own = (set(line.split()) for line in done.stdout.splitlines())
    assert not packages & (KEPT_FROM_STUDENTS - {"pickle"})  # torch imports pickle itself
    expected = {
        ".".join(path.relative_to(PROJECT).with_suffix("").parts) for path in beside_a_student()
    }
    assert own <= expected


def test_nothing_is_named_after_nothing() -> None:
    parts = {part for path in sources() for part in path.relative_to(PROJECT).with_suffix("").parts}
    assert not parts & VAGUE


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import solutions.fgsm", {"solutions.fgsm"}),
        ("from solutions import fgsm", {"solutions.fgsm"}),
        ("from . import models", {"course.models"}),
        ("from ..autograder import judge", {"autograder.judge.judge"}),
        (
            "def f():\n    from autograder.judge.judge import grade",
            {"autograder.judge.judge.grade"},
        ),
    ],
)
def test_every_way_of_importing_is_seen(
    statement: str, expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "course" / "example.py"
    path.parent.mkdir()
    path.write_text(statement)
    monkeypatch.setattr("test_imports.PROJECT", tmp_path)
    assert imported_modules(path) == expected
