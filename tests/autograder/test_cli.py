"""The command `autograder` and the check cell: their messages, streams and exit statuses."""

import argparse
import csv
import dataclasses
import json
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import course.cli
from autograder import catalog, sandbox
from autograder.cli import command_parser, main
from autograder.judge import setting
from autograder.secret import read_secret
from autograder.self_check.notebook import ChecksFailed
from course.cli import Later
from course.errors import CourseError

REFERENCE = Path(__file__).parents[2] / "solutions" / "fgsm.py"
STUB = """
def fgsm(model, images, labels, epsilon):
    raise NotImplementedError

def attack_success_rate(model, images, adversarial, labels):
    raise NotImplementedError

def robustness_curve(model, images, labels, epsilons):
    raise NotImplementedError
"""


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    """An empty folder, a home without a secret, and a machine that offers no isolation."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(sandbox, "strongest_level", lambda: "none")
    monkeypatch.setattr(sandbox, "trouble", lambda level: level != "none" and "not to be had")


@pytest.fixture
def brief_training(monkeypatch):
    """Train the judge's networks, which these tests do not examine, for two epochs only."""
    brief = dataclasses.replace(setting.budget("digits"), cnn_epochs=2)
    monkeypatch.setattr(setting, "budget", lambda profile: brief)


def hand_in(student: str, content: str, suffix: str = ".ipynb") -> None:
    path = Path("class") / student / "a3-fgsm" / f"a3-fgsm{suffix}"
    path.parent.mkdir(parents=True)
    path.write_text(content)


# --- mistakes ------------------------------------------------------------------------------------

MISTAKES = {
    "check: assignment": ("check a9-nothing x.py", "a9-nothing", "Known: a1-cnn, a2-hooks"),
    "check: near miss": ("check a3-fsgm x.py", "a3-fsgm", "did you mean a3-fgsm?"),
    "check: profile": ("check a3-fgsm good.py --data nope", "'nope'", "known: digits"),
    "check: no file": ("check a3-fgsm nothing.py", "nothing.py", "name your notebook"),
    "check: no file here": (
        "check a3-fgsm",
        "holds 2 files for a3-fgsm",
        "autograder check ASSIGNMENT",
    ),
    "check: a folder": ("check a3-fgsm empty", "empty", "name your notebook"),
    "check: not JSON": ("check a3-fgsm bad.ipynb", "bad.ipynb is not a notebook", "Save it again"),
    "check: not UTF-8": ("check a3-fgsm latin.py", "latin.py is not UTF-8", "Save it as UTF-8"),
    "grade: assignment": ("grade a9 class --trust-submissions", "a9", "Known: a1-cnn"),
    "grade: profile": ("grade a3-fgsm class --data x --trust-submissions", "'x'", "known: digits"),
    "grade: no folder": ("grade a3-fgsm gone --trust-submissions", "gone", "does not exist"),
    "grade: empty folder": ("grade a3-fgsm empty --trust-submissions", "empty", "expected <stud"),
    "grade: no jobs": ("grade a3-fgsm class --jobs 0 --trust-submissions", "--jobs", "at least 1"),
    "grade: no such level": (
        "grade a3-fgsm class --sandbox best",
        "'best'",
        "strong, medium, none",
    ),
    "grade: no level": ("grade a3-fgsm class --sandbox strong", "no level strong", "doctor"),
    "grade: level none": ("grade a3-fgsm class --sandbox none", "isolation", "--trust-submissions"),
    "grade: no isolation": ("grade a3-fgsm class", "no isolation", "--trust-submissions"),
    "grade: secret": (
        "grade a3-fgsm class --secret short --trust-submissions",
        "short",
        "delete it",
    ),
    "calibrate": ("calibrate a9", "a9", "Known: a1-cnn"),
}


@pytest.mark.parametrize("case", MISTAKES, ids=list(MISTAKES))
def test_a_mistake_is_one_line_that_names_it_and_the_remedy(case, capsys):
    command, thing, remedy = MISTAKES[case]
    Path("empty").mkdir()
    Path("good.py").write_text(STUB)
    Path("bad.ipynb").write_text("def fgsm(): pass")
    Path("latin.py").write_bytes("größe = 1".encode("latin-1"))
    Path("short").write_text("abc")
    hand_in("alice", "{}")
    assert main(command.split()) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert len(error.splitlines()) == 1
    assert error.startswith("autograder: ")
    assert thing in error
    assert remedy in error


@pytest.mark.parametrize("command", ["", "nonsense", "check", "grade a3-fgsm", "check a b c"])
def test_a_command_that_is_none_exits_2(command, capsys):
    try:
        status = main(command.split())
    except SystemExit as left:
        status = left.code
    assert status == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "grade --help",
        "grade a3-fgsm class --no-such-option",
        "grade a3-fgsm gone --trust-submissions",
        "check a3-fgsm gone.py",
        "check a3-fsgm",
        "export gone --format junit",
        "verify gone --secret secret",
        "replay gone gone --secret secret",
        "similar a3-fgsm gone",
        "leaderboard gone",
        "collect a3-fgsm gone class",
    ],
)
def test_help_and_mistakes_do_not_wait_for_pytorch(command):
    Path("secret").write_text("a secret of this test")
    code = (
        "import sys; from autograder.cli import main\n"
        f"try: status = main({command.split()})\n"
        "except SystemExit as stop: status = stop.code\n"
        "print(status, *sorted({'torch', 'numpy', 'matplotlib', 'nbgrader'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == ("0" if "--help" in command else "2")


def commands_of(parser):
    """Every command, and the commands below it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield command
                yield from commands_of(command)


@pytest.mark.parametrize("parser", [command_parser, course.cli.command_parser])
def test_every_command_names_a_function_that_is_there(parser):
    found = [command.get_default("run") for command in commands_of(parser())]
    assert len(found) > 8
    for run in found:
        assert callable(pkgutil.resolve_name(run.target) if isinstance(run, Later) else run)


def test_a_secret_is_made_once_and_kept_from_others(tmp_path, capsys):
    path = tmp_path / "config" / "secret"
    first = read_secret(path)
    assert path.stat().st_mode & 0o077 == 0
    assert read_secret(path) == first
    assert len(first) >= 32
    assert first.decode() not in capsys.readouterr().out


# --- grade ---------------------------------------------------------------------------------------


def test_an_unreadable_submission_leaves_the_others_and_exits_2(capsys):
    hand_in("Doe, Jane", STUB, ".py")
    hand_in("bob", "not JSON")
    (Path("class") / "carol" / "a3-fgsm").mkdir(parents=True)
    options = "--trust-submissions --jobs 1 --out out --secret secret"
    Path("secret").write_text("a secret of this test")
    assert main(["grade", "a3-fgsm", "class", *options.split()]) == 2
    out, error = capsys.readouterr()
    assert "1 of 3 submissions graded: out/grades.csv" in out
    lines = [line for line in error.splitlines() if line.startswith("autograder: ")]
    lines = [line for line in lines if "own networks for" not in line]
    assert len(lines) == 2
    assert "bob" in lines[0]
    assert "not JSON" in lines[0]
    assert "carol" in lines[1]
    assert "a3-fgsm/a3-fgsm.ipynb" in lines[1]
    with open("out/grades.csv", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {name: (row["status"], row["score"]) for name, row in rows.items()} == {
        "Doe, Jane": ("WRONG", "0"),
        "bob": ("FORMAT", ""),
        "carol": ("FORMAT", ""),
    }
    for name in rows:
        written = json.loads(Path("out", "results", f"{name}.json").read_text())
        assert written["student"] == name
        assert written["sandbox"] == "none"
        assert Path("out", "feedback", f"{name}.html").exists()
    assert "secret of this test" not in "".join(
        path.read_text() for path in Path("out").rglob("*") if path.is_file()
    )


# --- check ---------------------------------------------------------------------------------------


def test_the_reference_passes_its_own_check(brief_training, capsys):
    shutil.copy(REFERENCE, "a3-fgsm.py")
    assert main(["check", "a3-fgsm"]) == 0
    out, error = capsys.readouterr()
    assert all("networks for public inputs, once" in line for line in error.splitlines())
    assert "20 of 20 points" in out
    assert "\033" not in out


def test_a_stub_is_told_its_first_step(brief_training, capsys):
    Path("mine.py").write_text(STUB)
    assert main(["check", "a3-fgsm", "mine.py"]) == 1
    out, error = capsys.readouterr()
    assert all("networks for public inputs, once" in line for line in error.splitlines())
    last = out.strip().splitlines()[-1]
    assert f"0 of {len(catalog.checks('a3-fgsm'))} checks pass" in last
    assert "Start here: fgsm returns images" in last
    assert "this exercise is not written yet" in out


# --- check in a notebook -------------------------------------------------------------------------


def run_cells(*cells: str) -> None:
    """Run cells in a plain namespace, as a kernel does."""
    namespace = {"__name__": "__main__"}
    for cell in cells:
        exec(cell, namespace)


CHECK_CELL = "from autograder import check\ncheck('a3-fgsm', 'attack_success_rate')"


def test_a_check_cell_finds_the_functions_of_its_notebook(brief_training, capsys):
    run_cells(REFERENCE.read_text(), CHECK_CELL)
    out = capsys.readouterr().out
    assert out.startswith("OK ")
    assert "WRONG" not in out


def test_a_check_cell_fails_on_a_stub_with_one_line(brief_training, capsys):
    with pytest.raises(ChecksFailed) as caught:
        run_cells(STUB, CHECK_CELL)
    assert "Start here" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value._render_traceback_() == [str(caught.value)]
    assert "not written yet" in capsys.readouterr().out


def test_a_check_cell_of_no_exercise_says_which_there_are():
    with pytest.raises(CourseError, match="attack_success_rate, robustness_curve"):
        run_cells("from autograder import check\ncheck('a3-fgsm', 'pgd')")
    with pytest.raises(CourseError, match="Known"):
        run_cells("from autograder import check\ncheck('a3')")


def test_an_interrupt_stops_the_checks_with_a_kind_line(brief_training, capsys):
    """Ctrl-C in an endless loop reaches the student's code, in its own kernel."""
    loop = STUB.replace("    raise NotImplementedError", "    raise KeyboardInterrupt")
    with pytest.raises(ChecksFailed, match="You stopped the checks") as caught:
        run_cells(loop, "from autograder import check\ncheck('a3-fgsm')")
    assert "\n" not in str(caught.value)
    assert capsys.readouterr().out == ""
