"""Grading a class: lost slots, the files that are written, and the pages students read."""

import csv
import hashlib
import html
import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from autograder.files import file_name, write_atomically
from autograder.grading import batch, slot
from autograder.grading.jobs import Job, Task, find_jobs
from autograder.handin.submission import find
from autograder.judge.provenance import provenance
from autograder.judge.setting import Setting
from autograder.report import feedback
from autograder.report.results import STATUSES, CheckResult, Result, grades_csv, gravest, number
from course.errors import CourseError

TASK = Task("a3-fgsm", "digits", "none", "00" * 16)
CHECK = "fgsm_returns_images"


def check(status: str = "OK", points: float = 2, **more: str) -> CheckResult:
    return CheckResult(CHECK, "It returns images", status, points, 2.0, **more)


def result(student: str = "alice", status: str = "OK", score: float | None = 2, **more) -> Result:
    checks = more.pop("checks", [check()])
    return Result(student, "a3-fgsm", "digits", status, score, 20.0, "none", 1.0, checks, **more)


# --- slots ---------------------------------------------------------------------------------------

# Speaks as `autograder.grading.slot` does, and misbehaves as the name of a submission says.
FAKE_SLOT = """
import json, os, signal, sys, time
task = json.loads(sys.stdin.readline())
for line in sys.stdin:
    job = json.loads(line)
    with open({log!r}, "a") as log:
        log.write(job["student"] + "\\n")
    if job["student"] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if job["student"] == "half":
        print('{{"student": "half", "assign', end="", flush=True)
        sys.exit()
    if job["student"] == "left":
        sys.exit(0)
    if job["student"] == "once" and open({log!r}).read().count("once") == 1:
        os._exit(1)
    print(json.dumps({{"student": job["student"], "assignment": "a3-fgsm", "profile": "digits",
        "status": "OK", "score": 1.0, "max_score": 20.0, "sandbox": "none", "seconds": 0.1,
        "checks": []}}), flush=True)
"""


@pytest.fixture
def slots(monkeypatch, tmp_path):
    """Put the fake in the place of the real slot; returns the path of its log of attempts."""
    script, log = tmp_path / "fake_slot.py", tmp_path / "attempts"
    script.write_text(FAKE_SLOT.format(log=str(log)))
    start = subprocess.Popen

    def fake(command, **options):
        return start([sys.executable, "-S", str(script)], **options)

    monkeypatch.setattr(subprocess, "Popen", fake)
    return log


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

        def judge(self, student, path):
            if student == "b":
                raise ZeroDivisionError("ours")
            return result(student)

        def result(self, student, status, checks):
            return result(student, status, None, checks=checks)

    monkeypatch.setattr(slot, "Judge", BrokenJudge)
    jobs = [json.dumps({"student": name, "path": "x"}) for name in "abc"]
    lines = io.StringIO("\n".join([json.dumps(vars(TASK)), *jobs]) + "\n")
    replies = io.StringIO()
    slot.serve(lines, replies)
    results = [Result.from_json(line) for line in replies.getvalue().splitlines()]
    assert [item.status for item in results] == ["OK", "INFRA", "OK"]
    assert "ZeroDivisionError" in results[1].notes[0]


# --- what can go wrong around it -----------------------------------------------------------------


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
    """The same with an earlier run's folders, and nothing to be written on it any more."""
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
from autograder.grading.jobs import find_jobs
from autograder.judge import provenance
provenance.grader_version = lambda: "of this test"  # it may be edited while this runs
start = subprocess.Popen
fake = [sys.executable, "-S", {fake!r}]
subprocess.Popen = lambda command, **options: start(fake, **options)
folder = Path({folder!r})
jobs = find_jobs(folder / "class", "a3-fgsm")
task = batch.Task("a3-fgsm", "digits", "none", "00" * 16)
batch.grade(task, jobs, folder / "out", slots=2, progress=False, resume="--resume" in sys.argv)
"""
SLOW_SLOT = """
import json, sys, time
task, known = json.loads(sys.stdin.readline()), json.load(open({known!r}))
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
    time.sleep(0.5)  # the slots end by themselves, their input being gone
    judged_before = log.read_text().split()
    subprocess.run([*script, "--resume"], check=True)
    after = {path.name: path.read_bytes() for path in results.glob("*.json")}
    assert {name: after[name] for name in before} == before
    assert set(after) == {f"{name}.json" for name in names}
    judged_again = log.read_text().split()[len(judged_before) :]
    assert sorted(judged_again) == sorted({f"{n}" for n in names} - {n[:-5] for n in before})
    assert "6 submissions" in (tmp_path / "out" / "index.html").read_text()
    assert not list((tmp_path / "out").rglob("*.tmp"))


# --- finding submissions -------------------------------------------------------------------------


def test_both_layouts_and_empty_folders_are_jobs(tmp_path):
    for path in ("alice/a3-fgsm/a3-fgsm.ipynb", "bob/a3-fgsm.py", "dora/a1-cnn/a1-cnn.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "carol" / "a3-fgsm").mkdir(parents=True)
    (tmp_path / ".git" / "a3-fgsm").mkdir(parents=True)
    (tmp_path / "notes.txt").touch()
    jobs = find_jobs(tmp_path, "a3-fgsm")
    assert [job.student for job in jobs] == ["alice", "bob", "carol"]


def test_nothing_to_grade_is_said_with_what_is_there(tmp_path):
    with pytest.raises(CourseError, match="does not exist"):
        find_jobs(tmp_path / "nowhere", "a3-fgsm")
    with pytest.raises(CourseError, match=r"holds no submission to a3-fgsm.*nothing"):
        find_jobs(tmp_path, "a3-fgsm")
    (tmp_path / "homework").mkdir()
    with pytest.raises(CourseError, match="found homework"):
        find_jobs(tmp_path, "a3-fgsm")


# --- files ---------------------------------------------------------------------------------------


def rows(results) -> list[list[str]]:
    return list(csv.reader(io.StringIO(grades_csv(results))))


def test_grades_have_a_row_per_student_and_a_column_per_check():
    other = CheckResult("other", "Other", "WRONG", 1 / 3, 3.0)
    table = rows([result("alice"), result("bob", "WRONG", 2 + 1 / 3, checks=[check(), other])])
    assert table == [
        ["student", "assignment", "profile", "status", "score", "max_score", CHECK, "other"],
        ["alice", "a3-fgsm", "digits", "OK", "2", "20", "2", ""],
        ["bob", "a3-fgsm", "digits", "WRONG", "2.33", "20", "2", "0.33"],
    ]


@pytest.mark.parametrize("status", ["INFRA", "FORMAT", "REVIEW"])
def test_what_is_not_scored_has_an_empty_score_not_a_zero(status):
    (_, row) = rows([result("alice", status, None, checks=[])])
    assert row[3:6] == [status, "", "20"]


@pytest.mark.parametrize("name", ['Doe, "Jane"', "two\nlines", "Łukasz Ünal 李", "semi;colon"])
def test_names_come_back_from_the_table_as_they_were(name):
    assert rows([result(name)])[1][0] == name


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"])
def test_no_name_is_a_formula(name):
    assert rows([result(name)])[1][0] == "'" + name


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (10.0, "10"), (2.5, "2.5"), (1 / 3, "0.33"), (100, "100")]
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_a_class_without_results_has_a_head():
    assert rows([]) == [["student", "assignment", "profile", "status", "score", "max_score"]]


def test_a_result_comes_back_from_its_file(tmp_path):
    sent = result("Zoë \udcff", notes=["a\ud800b"], provenance={"versions": {"torch": "2"}})
    sent.checks = [check("WRONG", 0, got="é <b>", cause="“why”")]
    write_atomically(tmp_path / "deep" / "r.json", sent.to_json())
    assert Result.from_json((tmp_path / "deep" / "r.json").read_text(encoding="utf-8")) == sent


def test_a_number_that_is_none_never_reaches_a_file():
    with pytest.raises(ValueError, match="JSON"):
        result(score=float("nan")).to_json()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "grades.csv"
    write_atomically(path, "old")
    write_atomically(path, "new")
    assert path.read_text() == "new"
    assert [item.name for item in tmp_path.iterdir()] == ["grades.csv"]

    def full(self, *args, **options):
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, "newer")
    assert path.read_text() == "new"


def test_a_result_bears_the_gravest_of_its_checks():
    assert gravest([]) == gravest(["OK", "OK"]) == "OK"
    assert gravest(["OK", "SKIP"]) == "WRONG"
    assert gravest(["OK", "WRONG", "CRASH", "SKIP"]) == "CRASH"
    assert gravest(["TIMEOUT", "INFRA", "FORMAT"]) == "INFRA"


# --- pages ---------------------------------------------------------------------------------------

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


def test_nothing_of_a_submission_is_markup():
    words = dict.fromkeys(("expected", "got", "cause", "hint"), EVIL)
    page = feedback.page(
        result(EVIL, "WRONG", 0, checks=[check("WRONG", 0, **words)], notes=[EVIL])
    )
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_a_page_needs_no_network():
    page = feedback.page(result("alice", "WRONG", 0, checks=[check("WRONG", 0, got="x")]))
    for outside in ("http:", "https:", "//cdn", "@import", "url(", "<script", "<link", "src="):
        assert outside not in page


@pytest.mark.parametrize("status", [status for status in STATUSES if status not in ("OK", "SKIP")])
def test_every_status_has_words(status):
    scored = status not in ("INFRA", "FORMAT", "REVIEW")
    checks = [check(status, 0, hint="Take the next step.")] if scored else []
    page = feedback.page(result("a", status, 0 if scored else None, checks=checks, notes=["Note."]))
    _, word = feedback.SIGNS[status]
    assert word in page.lower()
    if scored:
        assert "Start here" in page
        assert "Take the next step." in page
        assert "0 <small>of 20 points" in page
    else:
        assert ("Note." in page) == (status != "INFRA")  # what went wrong with us is ours to read
        assert "points</small>" not in page


def test_words_are_kind_where_nothing_is_lost():
    assert "cost you no points" in feedback.page(result("a", "FORMAT", None, checks=[]))
    assert "not yours" in feedback.page(result("a", "INFRA", None, checks=[]))
    assert "A person will look" in feedback.page(result("a", "REVIEW", None, checks=[]))
    assert "Well done" in feedback.page(result())


def test_the_index_lists_everyone_and_links_to_their_pages():
    names = ["alice", "Doe, Jane", "<b>bob</b>", "100% #1?"]
    page = feedback.index([result(name) for name in names])
    assert "4 submissions" in page
    assert 'href="feedback/alice.html"' in page
    assert 'href="feedback/Doe%2C%20Jane.html"' in page
    assert 'href="feedback/100%25%20%231%3F.html"' in page
    assert "&lt;b&gt;bob&lt;/b&gt;" in page
    assert "<b>bob" not in page


def test_the_index_of_nobody_is_a_page_too():
    assert "No submission" in feedback.index([])


def test_our_processes_are_blind_to_the_folder_they_are_started_in(tmp_path):
    (tmp_path / "autograder" / "worker").mkdir(parents=True)
    for name in ("autograder/__init__.py", "autograder/worker/limits.py", "json.py", "torch.py"):
        (tmp_path / name).write_text("print('a student was here')")
    done = subprocess.run(
        slot.command("autograder.worker.limits"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
