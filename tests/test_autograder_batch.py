"""Grading a class: lost slots, the files that are written, and the pages students read."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import batch, feedback, slot
from autograder.results import (
    STATUSES,
    CheckResult,
    Result,
    grades_csv,
    gravest,
    number,
    write_atomically,
)
from autograder.slot import Job, Task
from course.errors import CourseError

TASK = Task("a3-fgsm", "digits", "none", "00" * 16)
CHECK = "fgsm_returns_images"


def check(status: str = "OK", points: float = 2, **more: str) -> CheckResult:
    return CheckResult(CHECK, "It returns images", status, points, 2.0, **more)


def result(student: str = "alice", status: str = "OK", score: float | None = 2, **more) -> Result:
    checks = more.pop("checks", [check()])
    return Result(student, "a3-fgsm", "digits", status, score, 20.0, "none", 1.0, checks, **more)


# --- slots ---------------------------------------------------------------------------------------

# Speaks as `autograder.slot` does, and misbehaves as the name of a submission says.
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

    monkeypatch.setattr(batch.subprocess, "Popen", fake)
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

    monkeypatch.setattr(batch.subprocess, "Popen", fail)
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


# --- finding submissions -------------------------------------------------------------------------


def test_both_layouts_and_empty_folders_are_jobs(tmp_path):
    for path in ("alice/a3-fgsm/a3-fgsm.ipynb", "bob/a3-fgsm.py", "dora/a1-cnn/a1-cnn.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "carol" / "a3-fgsm").mkdir(parents=True)
    (tmp_path / ".git" / "a3-fgsm").mkdir(parents=True)
    (tmp_path / "notes.txt").touch()
    jobs = batch.find_jobs(tmp_path, "a3-fgsm")
    assert [job.student for job in jobs] == ["alice", "bob", "carol"]


def test_nothing_to_grade_is_said_with_what_is_there(tmp_path):
    with pytest.raises(CourseError, match="does not exist"):
        batch.find_jobs(tmp_path / "nowhere", "a3-fgsm")
    with pytest.raises(CourseError, match=r"holds no submission to a3-fgsm.*nothing"):
        batch.find_jobs(tmp_path, "a3-fgsm")
    (tmp_path / "homework").mkdir()
    with pytest.raises(CourseError, match="found homework"):
        batch.find_jobs(tmp_path, "a3-fgsm")


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
        assert "Note." in page
        assert "points</small>" not in page


def test_words_are_kind_where_nothing_is_lost():
    assert "cost you no points" in feedback.page(result("a", "FORMAT", None, checks=[]))
    assert "not yours" in feedback.page(result("a", "INFRA", None, checks=[]))
    assert "A person will look" in feedback.page(result("a", "REVIEW", None, checks=[]))
    assert "Well done" in feedback.page(result())


def test_the_index_lists_everyone_and_links_to_their_pages(tmp_path):
    names = ["alice", "Doe, Jane", "<b>bob</b>", "100% #1?"]
    feedback.write_index(tmp_path / "index.html", [result(name) for name in names])
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "4 submissions" in page
    assert 'href="alice.html"' in page
    assert 'href="Doe%2C%20Jane.html"' in page
    assert 'href="100%25%20%231%3F.html"' in page
    assert "&lt;b&gt;bob&lt;/b&gt;" in page
    assert "<b>bob" not in page


def test_the_index_of_nobody_is_a_page_too(tmp_path):
    feedback.write_index(tmp_path / "index.html", [])
    assert "No submission" in (tmp_path / "index.html").read_text()
