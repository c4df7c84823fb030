"""Grading on a dask cluster: the same results, even when its machines fail."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

import psutil
from support.dask_class import UNCHANGED, dask, hand_in

from autograder import sandbox
from autograder.cli import main
from autograder.grading import batch, cluster
from autograder.grading.jobs import Job, Task, find_jobs
from autograder.judge import provenance
from autograder.judge.made import Made
from autograder.report.results import Result
from course.errors import CourseError

REFERENCE = Path(__file__).parents[3] / "solutions" / "fgsm.py"
SECRET = "a secret of this test"


def told(path: Path) -> dict[str, object]:
    """A result without its times, and without the signature, which covers them."""
    result = Result.from_json(path.read_text(encoding="utf-8"))
    content = dataclasses.asdict(result)
    del content["seconds"], content["signature"]
    for check in content["checks"]:
        del check["seconds"]
    return content


def results(folder: str) -> dict[str, dict[str, object]]:
    return {path.name: told(path) for path in Path(folder, "results").glob("*.json")}


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("secret").write_text(SECRET)
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    monkeypatch.setitem(cluster.SILENT, "distributed.comm.timeouts.connect", 1)


@pytest.fixture(scope="module")
def lone():
    """The address of a cluster of one worker, for tests that do not change it."""
    with dask(1) as local:
        yield local.scheduler_address


# --- what the workers offer ----------------------------------------------------------------------

TASK = Task("a3-fgsm", "digits", "none", SECRET.encode().hex())
NOTHING = Made(b"")  # made ahead: a real slot makes it itself


def here(**changed: object) -> dict[str, object]:
    """The provenance of a grade given here, before any submission is known."""
    return provenance.provenance(cluster.setting_of(TASK), "", "none") | changed


@pytest.fixture
def answering(monkeypatch):
    """Let the workers report the provenance that the test gives."""

    def answer(text: str, error: str = "") -> None:
        done = subprocess.CompletedProcess([], bool(error), text.encode(), error.encode())
        monkeypatch.setattr(cluster.subprocess, "run", lambda *args, **options: done)

    return answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"grader_version": "0.0.9+abc"}, r"grader_version is 0.0.9\+abc, here"),
        ({"profile_sha256": "0" * 64}, "profile_sha256"),
        ({"secret_id": "another"}, "secret_id"),
        ({"versions": {"torch": "1.0"}}, "torch.*1.0"),
        ({"trouble": "mnist is missing: course data download mnist"}, "course data download"),
    ],
)
def test_a_worker_that_would_grade_otherwise_is_refused(lone, answering, answer, words):
    answering(json.dumps(here(**answer)))
    with cluster.connected(lone) as found, pytest.raises(CourseError, match=words):
        found.level(TASK)


def test_a_worker_without_the_course_is_refused(lone, answering):
    answering("", "Traceback\nModuleNotFoundError: No module named 'autograder'")
    missing = "No module named 'autograder'"
    with cluster.connected(lone) as found, pytest.raises(CourseError, match=missing):
        found.level(TASK)


def test_workers_without_isolation_are_refused_unless_trusted(lone, answering, capsys):
    hand_in("ada", UNCHANGED)
    answering(json.dumps(here(sandbox="none")))
    command = ["grade", "a3-fgsm", "class", "--scheduler", lone]
    assert main([*command, "--secret", "secret"]) == 2
    assert "--trust-submissions" in capsys.readouterr().err


def test_the_weakest_worker_decides_the_level(monkeypatch, answering):
    levels = iter(["strong", "medium", "strong"])
    monkeypatch.setattr(
        cluster.subprocess,
        "run",
        lambda *args, **options: subprocess.CompletedProcess(
            [], 0, json.dumps(here(sandbox=next(levels))).encode(), b""
        ),
    )
    with dask(3) as local, cluster.connected(local.scheduler_address) as found:
        assert found.level(TASK) == "medium"


# --- judging -------------------------------------------------------------------------------------

# Answers like `autograder.grading.slot`, and fails as the name of a submission says.
FAKE_SLOT = """
import hashlib, json, os, sys
task = json.loads(sys.stdin.readline())
made = json.loads(sys.stdin.readline())
here = json.load(open({here!r}))
for line in sys.stdin:
    job = json.loads(line)
    student, content = job["student"], open(job["path"], "rb").read()
    with open({log!r}, "a") as log:
        log.write(student + "\\n")
    attempts = open({log!r}).read().split().count(student)
    if student == "killed" or (student == "once" and attempts == 1):
        os._exit(1)
    if student == "half":
        print('{{"student": "half", "assign', end="", flush=True)
        os._exit(0)
    status = "INFRA" if student == "full-disk" and attempts == 1 else "OK"
    here["submission_sha256"] = hashlib.sha256(content).hexdigest()
    if student == "other-version":
        here["grader_version"] = "0.0.9+abc"
    print(json.dumps({{"student": student, "assignment": "a3-fgsm", "profile": "digits",
        "status": status, "score": 1.0 if status == "OK" else None, "max_score": 20.0,
        "sandbox": "none", "seconds": 0.1, "checks": [], "notes": [job["path"]],
        "provenance": here}}), flush=True)
"""


@pytest.fixture
def slots(monkeypatch, tmp_path):
    """Replace the real slot by the fake; returns the path of its log of attempts."""
    script, log = tmp_path / "fake_slot.py", tmp_path / "attempts"
    (tmp_path / "here.json").write_text(json.dumps(here()))
    script.write_text(FAKE_SLOT.format(log=str(log), here=str(tmp_path / "here.json")))
    start = subprocess.Popen

    def fake(command, **options):
        return start([sys.executable, "-S", str(script)], **options)

    monkeypatch.setattr(subprocess, "Popen", fake)
    return log


def graded(jobs: list[Job], workers: int = 1) -> dict[str, Result]:
    with dask(workers) as local, cluster.connected(local.scheduler_address) as found:
        return {result.student: result for result in found.judged(TASK, NOTHING, jobs)}


def test_a_slot_that_dies_costs_an_attempt_and_no_points(slots):
    names = ["a", "killed", "b", "half", "once", "full-disk", "c", "é b\n"]
    for name in names:
        hand_in(name, UNCHANGED)
    results = graded(find_jobs(Path("class"), "a3-fgsm"), workers=2)
    assert {name for name, result in results.items() if result.status == "INFRA"} == {
        "killed",
        "half",
    }
    assert all(result.score in (None, 1.0) for result in results.values())
    attempts = slots.read_text().split()
    for name in ("killed", "half", "once", "full-disk"):
        assert attempts.count(name) == 2
    assert sorted(results) == sorted(names)


def test_files_cross_as_bytes_and_what_cannot_be_read_stays(slots):
    hand_in("ada", UNCHANGED)
    hand_in("empty", None)
    results = graded(find_jobs(Path("class"), "a3-fgsm"))
    assert results["empty"].status == "FORMAT"
    assert "it is empty" in results["empty"].notes[0]
    (path,) = map(Path, results["ada"].notes)
    assert path.name == "a3-fgsm.py"
    assert not path.is_relative_to(Path("class").resolve())
    assert not path.exists()
    assert slots.read_text().split() == ["ada"]


def test_a_worker_that_changes_its_version_in_between_is_refused(slots):
    for name in ("ada", "other-version"):
        hand_in(name, UNCHANGED)
    with pytest.raises(CourseError, match=r"grader_version is 0.0.9\+abc"):
        graded(find_jobs(Path("class"), "a3-fgsm"))


def test_a_scheduler_that_is_lost_ends_the_run_with_a_word(slots):
    for number in range(8):
        hand_in(f"student{number}", UNCHANGED)
    jobs = find_jobs(Path("class"), "a3-fgsm")
    with dask(1) as local, cluster.connected(local.scheduler_address) as found:
        running = found.judged(TASK, NOTHING, jobs)
        next(running)
        local.close()
        with pytest.raises(CourseError, match=r"is gone.*--resume"):
            list(running)


def test_a_scheduler_that_is_lost_before_the_first_submission_is_said(slots):
    hand_in("ada", UNCHANGED)
    jobs = find_jobs(Path("class"), "a3-fgsm")
    with dask(1) as local, cluster.connected(local.scheduler_address) as found:
        local.close()
        with pytest.raises(CourseError, match=r"is gone.*dask worker.*--resume"):
            list(found.judged(TASK, NOTHING, jobs))


def test_when_no_worker_is_left_that_is_said_once_and_the_next_one_goes_on(
    slots, monkeypatch, capsys
):
    monkeypatch.setattr(cluster, "LOOK_SECONDS", 0.05)
    hand_in("ada", UNCHANGED)
    jobs = find_jobs(Path("class"), "a3-fgsm")
    with dask(1) as local, cluster.connected(local.scheduler_address) as found:
        local.scale(0)
        while found.places():
            time.sleep(0.05)
        with ThreadPoolExecutor(1) as beside:
            judged = beside.submit(list, found.judged(TASK, NOTHING, jobs))
            said = ""
            deadline = time.monotonic() + 60
            while "no worker is left" not in said and time.monotonic() < deadline:
                time.sleep(0.2)
                said += capsys.readouterr().err
            local.scale(1)
            (result,) = judged.result(60)
    said += capsys.readouterr().err
    assert result.student == "ada"
    assert said.count("no worker is left") == 1
    assert f"start `dask worker {local.scheduler_address}`" in said
    assert len(said.splitlines()) == 1


def test_slots_end_when_their_client_is_gone(slots, monkeypatch):
    """A killed client cannot give its slots back: here it never does."""
    monkeypatch.setattr(cluster, "IDLE_SECONDS", 0.5)
    others = [child.pid for child in fake_slots()]  # started by another test
    with dask(1) as local, cluster.connected(local.scheduler_address) as found:
        slots = cluster.Slots(cluster.as_bytes(TASK), NOTHING.to_line())
        found.client.register_plugin(slots, name="left")
        judge = [cluster.judged_bytes, "left", "ada", "a3-fgsm.py", UNCHANGED.encode()]
        for _ in range(2):  # once more after the first slot has ended
            assert found.client.submit(*judge, pure=False).result()
            assert fake_slots(but=others)
            deadline = time.monotonic() + 60
            while fake_slots(but=others):
                assert time.monotonic() < deadline
                time.sleep(0.1)


def fake_slots(but=()):
    """The slots that this process has started and that still run, `but` for some processes."""
    return [
        child
        for child in psutil.Process().children()
        if child.pid not in but and child.status() != psutil.STATUS_ZOMBIE
        if "fake_slot.py" in " ".join(child.cmdline())
    ]


# --- the real thing ------------------------------------------------------------------------------


@pytest.mark.slow
def test_workers_of_other_processes_give_the_same_results_as_this_one(capsys):
    hand_in("ada", REFERENCE.read_text())
    hand_in("bob", UNCHANGED)
    hand_in("carol", None)
    trust = ["--trust-submissions"] if sandbox.strongest_level() == "none" else []
    command = ["grade", "a3-fgsm", "class", "--secret", "secret", *trust]
    assert main([*command, "--out", "here", "--jobs", "2"]) == 2
    with dask(2, processes=True, threads_per_worker=1) as local:
        far = [*command, "--out", "there", "--scheduler", local.scheduler_address]
        assert main(far) == 2
        before = {path: path.read_bytes() for path in Path("there/results").glob("*.json")}
        assert main([*far, "--resume"]) == 2
    assert results("there") == results("here")
    assert Path("there/grades.csv").read_text() == Path("here/grades.csv").read_text()
    kept = [path for path in before if path.stem != "carol"]  # an unreadable file is read again
    assert all(path.read_bytes() == before[path] for path in kept)
    assert main(["verify", "there", "--secret", "secret"]) == 0


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_changes_nothing():
    for name in ("a", "b", "c", "d", "e"):
        hand_in(name, UNCHANGED + f"# {name}\n")
    level = sandbox.strongest_level()
    task = dataclasses.replace(TASK, level=level)
    jobs = find_jobs(Path("class"), "a3-fgsm")
    batch.grade(task, jobs, Path("here"), slots=2, progress=False)
    with (
        dask(2, processes=True, threads_per_worker=1) as local,
        cluster.connected(local.scheduler_address) as found,
    ):
        workers = found.client.run(os.getpid)
        start = found.judged

        def interrupted(task, made, jobs):
            for number, result in enumerate(start(task, made, jobs)):
                if number == 0:
                    os.kill(next(iter(workers.values())), signal.SIGKILL)
                yield result

        object.__setattr__(found, "judged", interrupted)
        batch.grade(task, jobs, Path("there"), slots=1, progress=False, cluster=found)
        assert set(found.client.run(os.getpid).values()) != set(workers.values())
    assert results("there") == results("here")
