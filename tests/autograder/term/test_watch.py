"""Watching a folder: what is new is judged once, attempts are counted, a crash loses nothing."""

import os
import time
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.term import watch

NAME = "a3-fgsm"


class Killed(BaseException):
    """Stands for SIGKILL: nothing may catch it."""


@pytest.fixture
def graded(monkeypatch, tmp_path):
    """Run in an empty folder; what would be graded is listed in place of being graded."""
    monkeypatch.chdir(tmp_path)
    calls = []

    def grade(args):
        files = sorted(args.submissions.rglob("*.*"))
        calls.append({path.parents[1].name: path.read_text() for path in files})
        return 0

    monkeypatch.setattr(watch, "grade_command", grade)
    return calls


def hand_in(student: str, text: str, name: str = f"{NAME}.py") -> None:
    path = Path("in", student, NAME, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    before = time.time() - 60
    os.utime(path, (before, before))


def look(*options: str) -> int:
    return main(["watch", NAME, "in", "--out", "out", "--once", *options])


def attempts() -> list[str]:
    lines = Path("out", "attempts.csv").read_text().splitlines()[1:]
    return [line.partition(",")[0] for line in lines]


def test_what_is_new_is_judged_and_the_rest_is_left(graded):
    hand_in("ada", "x = 1")
    hand_in("bob", "no notebook", "essay.docx")
    assert look() == 0
    assert graded[-1]["ada"] == "x = 1"
    assert "holds no a3-fgsm.ipynb" in graded[-1]["bob"]
    hand_in("ada", "x = 2")
    look()
    look()
    assert graded[-1]["ada"] == "x = 2"
    assert attempts() == ["ada", "bob", "ada"]


def test_a_file_that_is_still_on_its_way_is_waited_for(graded):
    hand_in("ada", "x = 1")
    os.utime(Path("in", "ada", NAME, f"{NAME}.py"))
    look()
    assert graded == []


def test_attempts_of_a_day_are_counted(graded, capsys):
    for number in range(4):
        hand_in("ada", f"x = {number}")
        look("--attempts", "2")
    assert graded[-1] == {"ada": "x = 1"}
    assert attempts() == ["ada", "ada"]
    assert "ada: 2 attempts today are used up" in capsys.readouterr().out


@pytest.mark.parametrize("moment", ["replace_by", "grade_command"])
def test_killed_in_the_middle_nothing_is_lost_and_nothing_counts_twice(graded, monkeypatch, moment):
    hand_in("ada", "x = 1")

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(watch, moment, killed)
        with pytest.raises(Killed):
            look("--attempts", "1")
    assert look("--attempts", "1") == 0
    assert graded == [{"ada": "x = 1"}]
    assert attempts() == ["ada"]


def test_a_line_of_the_log_that_was_cut_off_is_no_attempt(graded):
    hand_in("ada", "x = 1")
    look()
    with Path("out", "attempts.csv").open("a") as file:
        file.write("ada,2026-")
    hand_in("ada", "x = 2")
    look()
    assert len(watch.Attempts.read(Path("out", "attempts.csv")).of["ada"]) == 2


def test_a_folder_that_is_not_there_is_one_line(graded, capsys):
    assert look() == 2
    assert "in is no folder" in capsys.readouterr().err
