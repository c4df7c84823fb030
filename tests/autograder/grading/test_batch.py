"""Grading a class: full disks, odd names, interrupted runs, and finding the submissions."""

import hashlib
import html
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from support.slots import TASK

from autograder.files import file_name
from autograder.grading import batch
from autograder.grading.jobs import Job, find_jobs
from autograder.handin.submission import find
from autograder.judge.provenance import provenance
from autograder.judge.setting import Setting
from autograder.report.results import Result
from course.errors import CourseError

# --- what can go wrong around it ------------------------------------------------------------------


def submit(folder: Path, *students: str) -> list[Job]:
    """A file for each student; returns the jobs."""
    for student in students:
        path = folder / student / "a3-fgsm" / "a3-fgsm.py"
        path.parent.mkdir(parents=True)
        path.write_text(f"# by {len(student)}\n")
    return find_jobs(folder, "a3-fgsm")


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of its own that holds 64 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a disk to fill")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def read_only_disk(small_disk):
    """The same with an earlier run's folders, and read-only."""
    for name in ("results", "feedback"):
        (small_disk / name).mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    return small_disk


def test_a_full_disk_is_said_and_loses_nothing(small_disk, slots):
    names = [f"student{number}" for number in range(12)]
    jobs = [Job(name, "nowhere") for name in names]
    with pytest.raises(CourseError, match=r"No space left.*--resume"):
        batch.grade(TASK, jobs, small_disk, slots=1, progress=False)
    written = sorted((small_disk / "results").iterdir())
    assert 0 < len(written) < len(names)
    for path in written:
        Result.from_json(path.read_text())  # whole
    assert not (small_disk / "grades.csv").exists()
    assert not list(small_disk.rglob("*.tmp"))


def test_an_output_folder_that_takes_no_files_is_said_before_anything_is_judged(slots, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CourseError, match=r"cannot be written.*--out"):
        batch.grade(TASK, [Job("a", "x")], tmp_path / "file" / "out", slots=1, progress=False)
    assert not slots.exists()


def test_a_read_only_output_folder_is_said_before_anything_is_judged(read_only_disk, slots):
    with pytest.raises(CourseError, match=r"Read-only.*--out"):
        batch.grade(TASK, [Job("a", "x")], read_only_disk, slots=1, progress=False)
    assert not slots.exists()


def test_two_gradings_do_not_write_into_one_folder(slots, tmp_path):
    with (
        batch.writing_alone(tmp_path / "out"),
        pytest.raises(CourseError, match="another grading is writing"),
    ):
        batch.grade(TASK, [Job("a", "x")], tmp_path / "out", slots=1, progress=False)
    assert not slots.exists()
    (only,) = batch.grade(TASK, [Job("a", "x")], tmp_path / "out", slots=1, progress=False)
    assert only.status == "OK"


@pytest.mark.parametrize(
    "name",
    ["index", "grades", "é" * 127, "a b'c\"d", "two\nlines", "-rf", "=1+1", "a\udcffb", "~"],
)
def test_any_name_of_a_folder_has_its_files(slots, tmp_path, name):
    jobs = submit(tmp_path / "class", name, "other")
    results = batch.grade(TASK, jobs, tmp_path / "out", slots=1, progress=False)
    assert {item.student for item in results} == {name, "other"}
    out = tmp_path / "out"
    written = [Result.from_json(path.read_text("utf-8")) for path in (out / "results").iterdir()]
    assert {item.student for item in written} == {name, "other"}
    page = (out / "index.html").read_text("utf-8")
    (out / "grades.csv").read_text("utf-8")
    links = [unquote_to_bytes(html.unescape(link)) for link in re.findall(r'href="([^"]*)"', page)]
    assert len(links) == 2
    for link in links:
        assert (out / os.fsdecode(link)).is_file()
    assert "2 submissions" in page


def test_two_long_names_are_told_apart():
    first, second = "x" * 250 + "1", "x" * 250 + "2"
    assert file_name(first) != file_name(second)
    assert len(file_name(first).encode()) < 240


@pytest.mark.parametrize("path", ["../mine.py", "./mine.py", "mine.py"])
def test_a_single_file_has_a_student_wherever_it_lies(monkeypatch, tmp_path, path):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path(path).write_text("")
    (job,) = find_jobs(Path(path), "a3-fgsm")
    assert job.student == "mine"


# Grades six students with the fake slot, which is slow here, and answers with true provenance.
INTERRUPTED = """
import subprocess, sys
from pathlib import Path
from autograder.grading import batch
from autograder.grading.jobs import Task, find_jobs
from autograder.judge import provenance
provenance.grader_version = lambda: "of this test"  # it may be edited while this runs
start = subprocess.Popen
fake = [sys.executable, "-S", {fake!r}]
subprocess.Popen = lambda command, **options: start(fake, **options)
folder = Path({folder!r})
jobs = find_jobs(folder / "class", "a3-fgsm")
task = Task("a3-fgsm", "digits", "none", "00" * 16)
batch.grade(task, jobs, folder / "out", slots=2, progress=False, resume="--resume" in sys.argv)
"""
SLOW_SLOT = """
import json, sys, time
task, made = json.loads(sys.stdin.readline()), json.loads(sys.stdin.readline())
known = json.load(open({known!r}))
for line in sys.stdin:
    student = json.loads(line)["student"]
    with open({log!r}, "a") as log:
        log.write(student + "\\n")
    time.sleep(0.3)
    print(json.dumps({{"student": student, "assignment": "a3-fgsm", "profile": "digits",
        "status": "OK", "score": 1.0, "max_score": 20.0, "sandbox": "none",
        "seconds": time.time() % 1, "checks": [], "provenance": known[student]}}), flush=True)
"""


def test_what_a_killed_grading_left_is_finished_and_nothing_is_graded_twice(monkeypatch, tmp_path):
    monkeypatch.setattr("autograder.judge.provenance.grader_version", lambda: "of this test")
    names = [f"student{number}" for number in range(6)]
    jobs = submit(tmp_path / "class", *names)
    setting = Setting("a3-fgsm", "digits", bytes(16))
    sha = {job.student: find(Path(job.path), "a3-fgsm") for job in jobs}
    known = {
        name: provenance(setting, hashlib.sha256(path.read_bytes()).hexdigest(), "none")
        for name, path in sha.items()
    }
    (tmp_path / "known.json").write_text(json.dumps(known))
    log, fake = tmp_path / "log", tmp_path / "fake.py"
    fake.write_text(SLOW_SLOT.format(log=str(log), known=str(tmp_path / "known.json")))
    script = [sys.executable, "-c", INTERRUPTED.format(fake=str(fake), folder=str(tmp_path))]
    running = subprocess.Popen(script)
    results = tmp_path / "out" / "results"
    while len(list(results.glob("*.json"))) < 2:
        assert running.poll() is None
        time.sleep(0.02)
    running.kill()
    running.wait()
    before = {path.name: path.read_bytes() for path in results.glob("*.json")}
    assert len(before) < len(names)
    time.sleep(0.5)  # the slots end by themselves when their input is closed
    judged_before = log.read_text().split()
    subprocess.run([*script, "--resume"], check=True)
    after = {path.name: path.read_bytes() for path in results.glob("*.json")}
    assert {name: after[name] for name in before} == before
    assert set(after) == {f"{name}.json" for name in names}
    judged_again = log.read_text().split()[len(judged_before) :]
    assert sorted(judged_again) == sorted({f"{n}" for n in names} - {n[:-5] for n in before})
    assert "6 submissions" in (tmp_path / "out" / "index.html").read_text()
    assert not list((tmp_path / "out").rglob("*.tmp"))


def test_a_result_is_written_after_its_page(monkeypatch, tmp_path):
    """So that a run killed in between judges again, and no page is missing."""
    written = []
    monkeypatch.setattr(batch, "write", lambda path, _text: written.append(path.suffix))
    batch.write_result(tmp_path, Result("a", "a3-fgsm", "digits", "OK", 1.0, 1.0, "none", 1.0, []))
    assert written == [".html", ".json"]


# --- finding submissions --------------------------------------------------------------------------


def test_both_layouts_and_empty_folders_are_jobs(tmp_path):
    for path in ("alice/a3-fgsm/a3-fgsm.ipynb", "bob/a3-fgsm.py", "dora/a1-cnn/a1-cnn.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "carol" / "a3-fgsm").mkdir(parents=True)
    (tmp_path / ".git" / "a3-fgsm").mkdir(parents=True)
    (tmp_path / "notes.txt").touch()
    jobs = find_jobs(tmp_path, "a3-fgsm")
    assert [job.student for job in jobs] == ["alice", "bob", "carol"]


def test_a_folder_whose_name_begins_with_two_dots_is_a_students(tmp_path):
    (tmp_path / "..weird" / "a3-fgsm").mkdir(parents=True)
    assert [job.student for job in find_jobs(tmp_path, "a3-fgsm")] == ["..weird"]


def test_a_flat_folder_is_sent_to_collect(tmp_path):
    (tmp_path / "ada.ipynb").touch()
    with pytest.raises(CourseError, match=r"ada.ipynb: `autograder collect a3-fgsm .* submitted`"):
        find_jobs(tmp_path, "a3-fgsm")


def test_nothing_to_grade_is_said_with_what_is_there(tmp_path):
    with pytest.raises(CourseError, match="does not exist"):
        find_jobs(tmp_path / "nowhere", "a3-fgsm")
    with pytest.raises(CourseError, match=r"holds no submission to a3-fgsm.*nothing"):
        find_jobs(tmp_path, "a3-fgsm")
    (tmp_path / "homework").mkdir()
    with pytest.raises(CourseError, match="found homework"):
        find_jobs(tmp_path, "a3-fgsm")
