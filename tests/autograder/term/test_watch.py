"""Watching a folder: what is new is judged once, attempts are counted, a crash loses nothing."""

import os
import signal
import subprocess
import sys
import time
import zipfile
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
    assert "in does not exist" in capsys.readouterr().err


# --- archives of the class -----------------------------------------------------------------------


def packed(path: str, age: float, **codes: str) -> None:
    """A Blackboard archive with a file of each user, changed so many seconds ago."""
    Path(path).parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for user, code in codes.items():
            archive.writestr(f"HW_1_{user}_attempt_2026-11-20-10-00-00_{NAME}.py", code)
        archive.writestr("essay.pdf", "x")
    then = time.time() - age
    os.utime(path, (then, then))


def test_archives_in_a_folder_are_collected_in_the_order_of_their_times(graded, capsys):
    packed("in/b.zip", 200, ada="x = 1", bob="x = 1")
    assert look() == 0
    assert "essay.pdf: its name does not say whose it is" in capsys.readouterr().err
    packed("in/a.zip", 100, ada="x = 2")
    look()
    look()
    assert graded[0] == {"ada": "x = 1", "bob": "x = 1"}
    assert graded[-1] == {"ada": "x = 2", "bob": "x = 1"}
    assert attempts() == ["ada", "bob", "ada"]


def test_one_archive_is_watched_too_and_half_of_one_is_waited_for(graded, capsys):
    packed("class.zip", 0, ada="x = 1")
    watched = ["watch", NAME, "class.zip", "--out", "out", "--once"]
    main(watched)
    assert graded == []
    packed("class.zip", 60, ada="x = 1")
    main(watched)
    assert graded[-1] == {"ada": "x = 1"}
    Path("class.zip").write_bytes(b"PK")
    os.utime("class.zip", (0, 0))
    assert main(watched) == 0
    assert "no zip archive" in capsys.readouterr().err
    assert graded[-1] == {"ada": "x = 1"}


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["accepted", "one result"])
def test_killed_by_the_system_while_it_grades_and_started_again(tmp_path, moment):
    """SIGKILL to a real watch of an archive, at either moment; then everybody has one result."""
    students = ("ada", "bob", "eve")
    packed(
        str(tmp_path / "class.zip"), 60,
        **dict.fromkeys(students, "def fgsm(model, images, labels, epsilon):\n    return images\n"),
    )  # fmt: skip
    out = tmp_path / "out"
    command = [sys.executable, "-m", "autograder", "watch", NAME, str(tmp_path / "class.zip")]
    command += ["--out", str(out), "--secret", str(tmp_path / "secret"), "--jobs", "1"]
    command += ["--attempts", "1", "--every", "0.5", "--sandbox", "none", "--trust-submissions"]
    wanted = "accepted/*/*/*.py" if moment == "accepted" else "results/*.json"
    running = subprocess.Popen(command, start_new_session=True)
    try:
        deadline = time.monotonic() + 300
        while not list(out.glob(wanted)) and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    before = {path.name: path.read_bytes() for path in out.glob("results/*.json")}
    assert len(before) < len(students)
    subprocess.run([*command, "--once"], check=True)
    results = {path.stem: path.read_bytes() for path in out.glob("results/*.json")}
    assert sorted(results) == sorted(students)
    assert all(results[name.removesuffix(".json")] == text for name, text in before.items())
    assert sorted(path.stem for path in out.glob("feedback/*.html")) == sorted(students)
    lines = (out / "attempts.csv").read_text().splitlines()[1:]
    assert sorted(line.partition(",")[0] for line in lines) == sorted(students)
    assert main(["verify", str(out), "--secret", str(tmp_path / "secret")]) == 0
