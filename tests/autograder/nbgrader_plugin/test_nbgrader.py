"""nbgrader with the judge inside: its settings and faults, and the scores of `autograder grade`."""

import json
from pathlib import Path

import nbformat
import pytest
import sample_class
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from scoreboard.nbgrader_command import nbgrader
from support.nbgrader_course import NAME, ROOT, convert, graded, hand_in, marked, quick_result

from autograder.cli import main
from autograder.errors import GraderFault
from autograder.nbgrader_plugin import bridge as nbgrader_bridge
from autograder.nbgrader_plugin import repair as nbgrader_repair
from autograder.nbgrader_plugin.bridge import TrustedJudge
from autograder.report.results import CheckResult, Result

# --- a course in a folder of its own --------------------------------------------------------------


def work_of(stem: str) -> sample_class.HandIn:
    return sample_class.read_hand_in(sample_class.FOLDER / NAME / f"{stem}.py")


# --- settings and faults --------------------------------------------------------------------------


def test_grading_without_isolation_must_be_asked_for(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nbgrader_bridge, "strongest_level", lambda: "none")
    hand_in(course, "maria", marked())
    with pytest.raises(NbGraderException, match="trust_submissions"):
        convert(Autograde, course, trust_submissions=False)
    assert not (course / "autograded").exists()


def test_unknown_profile_is_said_before_the_first_submission(course: Path) -> None:
    hand_in(course, "maria", marked())
    with pytest.raises(NbGraderException, match="digit"):
        convert(Autograde, course, profile="digit")


def test_secret_is_named_by_its_full_path(course: Path) -> None:
    hand_in(course, "maria", marked())
    with pytest.raises(NbGraderException, match="full path"):
        convert(Autograde, course, secret="secret")


def test_release_with_other_points_is_not_graded() -> None:
    notebook = nbformat.read(ROOT / f"assignments/source/{NAME}/{NAME}.ipynb", as_version=4)
    for cell in notebook.cells:
        if nbgrader_repair.mark(cell).get("grade_id") == "check-fgsm":
            nbgrader_repair.mark(cell)["points"] += 1
    with pytest.raises(GraderFault, match="generate_assignment"):
        nbgrader_bridge.write_result(notebook, quick_result())


@pytest.mark.parametrize("points", [float("inf"), 1e9, -5.0])
def test_no_score_leaves_its_range(points: float) -> None:
    checks = [CheckResult("c", "A check", "OK", points, 1.0)]
    shown = nbgrader_bridge.outputs(quick_result(), checks, 4.0, [])[-1]
    assert 0 <= float(shown.data["text/plain"]) <= 4


def test_judge_that_dies_is_started_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started = []

    class Dying:
        def __init__(self, _level: str) -> None: ...

        def begin(self, task: object, _made: object) -> None:
            started.append(task)

        def judge(self, job: object) -> Result | None:
            return quick_result() if len(started) == 2 else None

        def kill(self) -> None: ...

        def close(self) -> None: ...

    monkeypatch.setattr(nbgrader_bridge, "Slot", Dying)
    (tmp_path / "secret").write_text("a secret of this test")
    judge = TrustedJudge(secret=str(tmp_path / "secret"), trust_submissions=True)
    job = nbgrader_bridge.Job("s", str(tmp_path))
    assert judge.judged(NAME, job).status == "WRONG"
    assert judge.judged(NAME, job).status == "WRONG"
    assert len(started) == 2


def test_pasted_images_are_kept_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "s" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    attached = {"a.png": {"image/png": "aa", "text/html": "<b>"}, "b": 3}
    cell = {"cell_type": "markdown", "source": "", "metadata": {"x": 1}, "attachments": attached}
    path.write_text(json.dumps({"nbformat": 4, "metadata": {"x": 1}, "cells": [cell]}))
    loaded = nbgrader_repair.load(path)
    nbformat.validate(loaded)
    assert loaded.cells[0].attachments == {"a.png": {"image/png": "aa"}}
    assert (loaded.metadata, loaded.cells[0].metadata) == ({}, {})


# --- the judge itself -----------------------------------------------------------------------------


def test_chain_with_the_judge_gives_what_the_header_says(course: Path) -> None:
    works = [work_of("emre"), work_of("zoe")]
    for work in works:
        sample_class.hand_in(work, course / "submitted")
    convert(Autograde, course)
    found = graded(course)
    assert {work.student: found[work.student]["score"] for work in works} == {
        work.student: work.score for work in works
    }


@pytest.mark.slow
def test_whole_class_by_command_as_autograder_grade(course: Path) -> None:
    works = [w for w in sample_class.hand_ins(NAME) if w.saved_as != "script"]
    for work in works:
        sample_class.hand_in(work, course / "submitted")
    secret = str(course / "secret")
    with (course / "nbgrader_config.py").open("a") as settings:
        settings.write(f"c.TrustedJudge.secret = {secret!r}\n")
        settings.write("c.TrustedJudge.trust_submissions = True\n")
    for command in (["autograde", NAME], ["generate_feedback", NAME], ["export"]):
        assert "SAWarning" not in nbgrader(course, *command)
    grade = ["grade", NAME, str(course / "submitted"), "--out", str(course / "out")]
    assert main([*grade, "--secret", secret, "--trust-submissions", "--jobs", "1"]) == 0
    found = graded(course)
    table = (course / "grades.csv").read_text(encoding="utf-8").splitlines()
    for work in works:
        result = course / "out" / "results" / f"{work.student}.json"
        ours = Result.from_json(result.read_text(encoding="utf-8")).score
        line = next(line for line in table if f",{work.student}," in line)  # nbgrader quotes none
        exported = float(line.split(",")[-2])
        assert ours == work.score == found[work.student]["score"] == exported
        page = course / "feedback" / work.student / NAME / f"{NAME}.html"
        assert "SOLUTION" not in page.read_text(encoding="utf-8")
