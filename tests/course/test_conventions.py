"""Conventions of commands: version, help with an example, completion, places of files."""

from __future__ import annotations

import argparse
import ast
import io
import os
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import SimpleNamespace

import pytest

import autograder.cli
import course
import course.cli
from course.data import data_root

PROGRAMS = {"course": course.cli, "autograder": autograder.cli}


def commands(program: str) -> dict[str, argparse.ArgumentParser]:
    parser = PROGRAMS[program].command_parser()
    (action,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return dict(action.choices)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_command_is_a_module_too_and_knows_its_version(program: str) -> None:
    command = [sys.executable, "-m", program, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{program} {version('adversarial-course')}\n"


def test_the_package_knows_its_version_also_where_it_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert course.__version__ == version("adversarial-course")

    def absent(_name: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(course, "version", absent)
    assert course.__version__ == "unknown"
    with pytest.raises(AttributeError, match="nothing"):
        _ = course.nothing


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_help_ends_with_an_example_and_the_exit_statuses(program: str) -> None:
    for name, parser in commands(program).items():
        shown = parser.format_help()
        assert "exit status:" in shown, name
        example = PROGRAMS[program].HELP[name]
        assert example.sentence in shown
        assert example.example in shown


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_examples_are_right_calls(program: str) -> None:
    for name, known in PROGRAMS[program].HELP.items():
        first, *arguments = shlex.split(known.example)
        assert (first, arguments[0]) == (program, name)
        assert callable(PROGRAMS[program].command_parser().parse_args(arguments).run)


@pytest.mark.parametrize("program", PROGRAMS)
def test_completion_knows_every_command(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("shtab")
    with pytest.raises(SystemExit) as stop:
        PROGRAMS[program].main(["--print-completion", "bash"])
    assert stop.value.code == 0
    script = capsys.readouterr().out
    assert all(name in script for name in commands(program))


def test_without_shtab_completion_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(course.cli, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as stop:
        course.cli.main(["--print-completion", "bash"])
    assert stop.value.code == 2
    assert "pip install -c constraints.txt shtab" in capsys.readouterr().err


@pytest.mark.parametrize("program", PROGRAMS)
def test_another_package_called_autograder_is_named(
    program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """PyPI has one, and the two overwrite each other's files."""
    monkeypatch.setattr(course.cli, "distribution", lambda name: SimpleNamespace(version="3.7.7"))
    command = {"course": ["data"], "autograder": ["doctor"]}[program]
    assert PROGRAMS[program].main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "autograder (3.7.7)" in line
    assert "pip uninstall autograder" in line


def test_data_lies_where_the_system_keeps_caches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data_root() == tmp_path / "adversarial-course"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert data_root() == Path.home() / ".cache" / "adversarial-course"


def test_a_terminal_without_our_characters_gets_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows encodes the text in a pipe as cp1252, which has no check mark."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="cp1252"))
    parser = argparse.ArgumentParser()
    parser.set_defaults(run=lambda args: print("✓ “é”"))
    course.cli.run_command(parser, [])
    sys.stdout.flush()
    assert written.getvalue().decode("cp1252") == f"? “é”{os.linesep}"


# Files that are opened on Linux alone, where text is UTF-8.
LINUX = {"namespaces.py", "limits.py", "serving.py", "secret.py"}


def text_without_encoding(path: Path) -> list[int]:
    """Lines that open a file as text in the encoding of the machine, which is cp1252 on Windows."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or {"encoding"} & {k.arg for k in node.keywords}:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        modes = [a.value for a in node.args[1:2] if isinstance(a, ast.Constant)]
        binary = any("b" in str(mode) for mode in modes)
        written = attribute == "write_text" and len(node.args) < 2
        read = attribute == "read_text" and not node.args
        if written or read or (name == "open" and not binary):
            found.append(node.lineno)
    return found


def test_no_text_is_read_or_written_in_the_machines_own_encoding() -> None:
    root = Path(course.__file__).parents[1]
    for package in ("course", "autograder", "solutions"):
        for path in (root / package).rglob("*.py"):
            if path.parent.name != "sandbox" and path.name not in LINUX:
                assert not text_without_encoding(path), path


def test_every_file_can_be_cloned_on_windows() -> None:
    root = Path(course.__file__).parents[1]
    names = [
        path.relative_to(root)
        for folder in ("course", "autograder", "solutions", "assignments", "site")
        for path in (root / folder).rglob("*")
    ]
    assert not [name for name in names if set('<>:"|?*\\') & set(str(name))]
    assert not [name for name in names if str(name).endswith((".", " ")) or len(str(name)) > 150]
    lower = [str(name).lower() for name in names]
    assert len(set(lower)) == len(lower)


@pytest.mark.parametrize(
    ("environment", "terminal", "system", "coloured"),
    [
        ({}, True, "posix", True),
        ({}, False, "posix", False),
        ({"NO_COLOR": "1"}, True, "posix", False),
        ({"NO_COLOR": ""}, True, "posix", True),
        ({"TERM": "dumb"}, True, "posix", False),
        ({}, True, "nt", False),
        ({"WT_SESSION": "a"}, True, "nt", True),
        ({"TERM": "xterm"}, True, "nt", True),
    ],
)
def test_colour_is_for_terminals_that_can_show_it(
    environment: dict[str, str],
    terminal: bool,
    system: str,
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = SimpleNamespace(environ=environment, name=system)
    monkeypatch.setattr(course.cli, "os", known)
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: terminal))
    assert course.cli.in_colour() is coloured
