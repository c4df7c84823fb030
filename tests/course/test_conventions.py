"""What people expect of any command: version, help with an example, completion, places of files."""

from __future__ import annotations

import argparse
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
        if example := PROGRAMS[program].HELP.get(name):
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
