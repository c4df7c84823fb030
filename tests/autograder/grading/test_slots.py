"""Grading slots: one that dies or cannot start affects only its present submission."""

import argparse
import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial

import pytest
from support.results import result
from support.slots import TASK

from autograder.grading import batch, slot
from autograder.grading.command import is_new
from autograder.grading.jobs import Job, command, find_jobs
from autograder.grading.slots import Pool, judged
from autograder.judge.made import Made
from autograder.report.results import Result

# --- slots ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_a_slot_that_dies_costs_only_the_one_it_died_over(slots, tmp_path, count):
    names = ["a", "killed", "b", "half", "once", "left", "c"]
    jobs = [Job(name, "nowhere") for name in names]
    results = batch.grade(TASK, jobs, tmp_path / "out", slots=count, progress=False)
    assert [item.student for item in results] == names
    lost = {item.student for item in results if item.status == "INFRA"}
    assert lost == {"killed", "half", "left"}
    attempts = slots.read_text().split()
    assert {name: attempts.count(name) for name in names} == {
        **dict.fromkeys(names, 1),
        **dict.fromkeys(["killed", "half", "left", "once"], 2),
    }
    for item in results:
        assert item.score == (None if item.student in lost else 1.0)
    written = sorted(path.stem for path in (tmp_path / "out" / "results").iterdir())
    assert written == sorted(names)


def test_a_slot_that_cannot_be_started_loses_its_jobs_and_says_so(monkeypatch, tmp_path):
    def fail(*args, **options):
        raise OSError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", fail)
    (only,) = batch.grade(TASK, [Job("a", "x")], tmp_path, slots=2, progress=False)
    assert only.status == "INFRA"
    assert only.score is None
    assert "not you" in only.notes[0]


def test_an_error_of_the_judge_is_infra_for_one_and_leaves_the_rest(monkeypatch):
    class BrokenJudge:
        def __init__(self, *args):
            pass

        def take(self, made):
            pass

        def judge(self, student, path):
            if student == "b":
                raise ZeroDivisionError("ours")
            return result(student)

        def result(self, student, status, checks):
            return result(student, status, None, checks=checks)

    monkeypatch.setattr(slot, "Judge", BrokenJudge)
    jobs = [json.dumps({"student": name, "path": "x"}) for name in "abc"]
    lines = io.StringIO("\n".join([json.dumps(vars(TASK)), Made(b"").to_line(), *jobs]) + "\n")
    replies = io.StringIO()
    slot.serve(lines, replies)
    results = [Result.from_json(line) for line in replies.getvalue().splitlines()]
    assert [item.status for item in results] == ["OK", "INFRA", "OK"]
    assert "ZeroDivisionError" in results[1].notes[0]


def test_a_slot_takes_up_one_task_after_another(monkeypatch):
    class Named:
        def __init__(self, setting, _level):
            self.setting = setting

        def take(self, made):
            pass

        def judge(self, student, _path):
            return replace(result(student), assignment=self.setting.assignment)

    monkeypatch.setattr(slot, "Judge", Named)
    lines = []
    for name in ("a3-fgsm", "a4-pgd"):
        lines += [json.dumps(vars(replace(TASK, assignment=name))), Made(b"").to_line()]
        lines += [json.dumps({"student": student, "path": "x"}) for student in "ab"]
    replies = io.StringIO()
    slot.serve(io.StringIO("\n".join(lines) + "\n"), replies)
    found = [Result.from_json(line).assignment for line in replies.getvalue().splitlines()]
    assert found == ["a3-fgsm"] * 2 + ["a4-pgd"] * 2


def test_a_pool_keeps_its_slots_for_the_next_class_and_replaces_a_dead_one(slots, tmp_path):
    jobs = [Job(name, "nowhere") for name in "abcd"]
    with contextlib.closing(Pool(1)) as pool:
        found = []
        for _ in range(2):
            assert len(list(judged(TASK, Made(b""), jobs, pool))) == len(jobs)
            found.append(pool.idle[0].process)
        assert found[0] is found[1]
        found[0].kill()
        found[0].wait()
        assert all(item.status == "OK" for item in judged(TASK, Made(b""), jobs, pool))
        last = pool.idle[0].process
        assert last is not found[0]
    assert last.returncode == 0


def test_a_pool_that_is_stopped_ends_a_busy_slot_and_starts_no_other(slots):
    """As after Ctrl-C, which does not reach the slots themselves."""
    with contextlib.closing(Pool(1)) as pool:
        busy = pool.slot(TASK, Made(b"")).process
        assert os.getsid(busy.pid) != os.getsid(0)
        pool.stop()
        assert busy.wait(60) == -signal.SIGKILL
        (item,) = judged(TASK, Made(b""), [Job("a", "nowhere")], pool)
    assert item.status == "INFRA"


@pytest.mark.slow
def test_ctrl_c_in_a_terminal_prints_one_line(tmp_path):
    """The terminal sends it to the whole group of processes, while slots start or judge."""
    code = "def fgsm(model, images, labels, epsilon):\n    return images\n"
    for student in "abcdefgh":
        home = tmp_path / "class" / student / "a3-fgsm"
        home.mkdir(parents=True)
        (home / "a3-fgsm.py").write_text(code)
    asked = ["grade", "a3-fgsm", "class", "--secret", "secret", "--log", "log", "--jobs", "2"]
    asked += ["--sandbox", "none", "--trust-submissions", "--out", "out"]
    with subprocess.Popen(
        [sys.executable, "-m", "autograder", *asked],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests that were started in the background inherit a SIGINT that is ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        deadline = time.monotonic() + 300
        while not (tmp_path / "log").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    said = [line for line in errors.splitlines() if line and "making the judge's own" not in line]
    assert said[-1] == "stopped"
    assert all("submissions" in line for line in said[:-1]), errors


# --- pages ----------------------------------------------------------------------------------------


def test_our_processes_are_blind_to_the_folder_they_are_started_in(tmp_path):
    (tmp_path / "autograder" / "worker").mkdir(parents=True)
    for name in ("autograder/__init__.py", "autograder/worker/limits.py", "json.py", "torch.py"):
        (tmp_path / name).write_text("print('a student was here')")
    done = subprocess.run(
        command("autograder.worker.limits"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""


def test_with_resume_slots_start_at_once_for_what_is_new_alone(tmp_path):
    for student in ("new", "same", "corrected"):
        (tmp_path / student / "a3-fgsm").mkdir(parents=True)
    (tmp_path / "out" / "results").mkdir(parents=True)
    for student, later in (("same", 60), ("corrected", -60)):
        result = tmp_path / "out" / "results" / f"{student}.json"
        result.touch()
        now = time.time() + later
        os.utime(result, (now, now))
    args = argparse.Namespace(out=tmp_path / "out", assignment="a3-fgsm")
    jobs = find_jobs(tmp_path, "a3-fgsm")
    assert [job.student for job in jobs if is_new(job, args)] == ["corrected", "new"]
