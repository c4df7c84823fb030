"""`autograder init`: a term's folder with all that its commands need, and nothing overwritten."""

import os
import re
from pathlib import Path

import pytest
from scoreboard.nbgrader_command import nbgrader
from traitlets.config.loader import PyFileConfigLoader

from autograder import catalog
from autograder.cli import command_parser, main
from autograder.term import init


@pytest.fixture(autouse=True)
def a_home_without_a_secret(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_term_has_all_that_it_needs(capsys):
    assert main(["init", "term"]) == 0
    term = Path("term")
    assert {"source", "release", "submitted", "grades"} <= {path.name for path in term.iterdir()}
    for name in catalog.ASSIGNMENTS:
        assert (term / "source" / name / f"{name}.ipynb").is_file()
    secret = Path("config", "adversarial-course", "secret")
    assert secret.stat().st_mode & 0o077 == 0
    word = secret.read_bytes().strip()
    assert len(word) >= 32
    assert not any(word in file for file in contents(term).values())
    assert word.decode() not in capsys.readouterr().out


def test_a_second_time_changes_nothing(capsys):
    assert main(["init", "term"]) == 0
    Path("term", "README.md").write_text("mine")
    before, secret = contents(Path("term")), contents(Path("config"))
    capsys.readouterr()
    assert main(["init", "term"]) == 0
    assert contents(Path("term")) == before
    assert contents(Path("config")) == secret
    out = capsys.readouterr().out
    assert "yours    term/README.md" in out
    assert "new " not in out


def test_a_changed_course_reaches_a_term_and_leaves_what_is_the_instructors(capsys, monkeypatch):
    files = {"README.md": "old", "source/header.ipynb": "{}"}
    monkeypatch.setattr(init, "term_files", lambda *_: files.items())
    assert main(["init", "term"]) == 0
    Path("term", "source", "header.ipynb").write_text("mine")
    files |= {"README.md": "new", "source/header.ipynb": "[]"}
    assert main(["init", "term"]) == 0
    assert Path("term", "README.md").read_text() == "new"
    assert Path("term", "source", "header.ipynb").read_text() == "mine"
    out = capsys.readouterr().out
    assert "updated  term/README.md" in out
    assert "yours    term/source/header.ipynb  (differs from the course's" in out


def test_a_secret_and_a_profile_of_ones_own_reach_nbgrader_and_the_commands():
    Path("mine").write_text("a secret of sixteen characters and more")
    os.chmod("mine", 0o600)
    assert main(["init", "term", "--secret", "mine", "--data", "mnist"]) == 0
    assert Path("mine").read_text() == "a secret of sixteen characters and more"
    assert not Path("config").exists()
    config = PyFileConfigLoader("nbgrader_config.py", "term").load_config()
    assert config.TrustedJudge.profile == "mnist"
    assert config.TrustedJudge.secret == str(Path("mine").absolute())
    readme = Path("term", "README.md").read_text()
    assert f"--secret {Path('mine').absolute()}" in readme
    assert "--data mnist" in readme


def test_every_command_that_the_readme_names_is_one(capsys):
    assert main(["init", "term"]) == 0
    named = re.findall(r"`autograder ([^`]+)`", Path("term", "README.md").read_text())
    assert len(named) >= 7
    for line in named:
        command_parser().parse_args(line.split())  # exits where an option is none


@pytest.mark.slow
def test_nbgrader_releases_from_a_term():
    assert main(["init", "term"]) == 0
    nbgrader("term", "generate_assignment", "a3-fgsm")
    assert "SOLUTION" not in Path("term", "release", "a3-fgsm", "a3-fgsm.ipynb").read_text()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("init file", "is a file"),
        ("init term --data nope", "nope"),
        ("init term --secret short", "too short"),
        ("init term --secret term/submitted/secret", "among what students hand in"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(command, said, capsys):
    Path("file").touch()
    Path("short").write_text("abc")
    assert main(command.split()) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert said in error
    assert not Path("term").exists()
    assert not Path("config").exists()
