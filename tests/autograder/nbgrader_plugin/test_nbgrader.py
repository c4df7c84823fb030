"""nbgrader with the judge inside: the same scores as `autograder grade`, whatever is handed in, and
no submission that stops the others."""

import copy
import html
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
import sample_class
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.converters import Autograde, BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from scoreboard.nbgrader_command import nbgrader
from traitlets.config.loader import PyFileConfigLoader

from autograder import catalog
from autograder.cli import main
from autograder.errors import GraderFault, Malformed
from autograder.handin import submission
from autograder.nbgrader_plugin import bridge as nbgrader_bridge
from autograder.nbgrader_plugin import repair as nbgrader_repair
from autograder.nbgrader_plugin.bridge import SubmissionExporter, TrustedJudge
from autograder.report.results import CheckResult, Result

ROOT = Path(__file__).resolve().parents[3]
NAME = "a3-fgsm"
POINTS = catalog.points(NAME)
TOTAL = sum(POINTS.values())


# --- a course in a folder of its own --------------------------------------------------------------


def convert(converter: type[BaseConverter], course: Path, **settings: Any) -> None:
    """Run one of nbgrader's commands in this process, with the course's own settings."""
    config = PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.assignment_id = NAME
    config.TrustedJudge.secret = str(course / "secret")
    config.TrustedJudge.trust_submissions = True
    for name, value in settings.items():
        config.TrustedJudge[name] = value
    converter(coursedir=CourseDirectory(config=config), config=config).start()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of assignments/ in which nbgrader has released one assignment."""
    course = tmp_path_factory.mktemp("course")
    for name in ("nbgrader_config.py", f"source/{NAME}", "source/header.ipynb"):
        (course / name).parent.mkdir(exist_ok=True)
        copy_any = shutil.copytree if (ROOT / "assignments" / name).is_dir() else shutil.copy
        copy_any(ROOT / "assignments" / name, course / name)
    (course / "secret").write_text("a secret of this test")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.environ["PATH"])  # the settings prepend to it
        convert(GenerateAssignment, course)
        yield course


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Path:
    """A released course of this test's own, with nothing handed in."""
    return Path(shutil.copytree(released, tmp_path / "course"))


def gradebook(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")


def graded(course: Path) -> dict[str, dict[str, Any]]:
    """What the gradebook says of every student."""
    with gradebook(course) as book:
        return {s.student.id: summary(s) for s in book.assignment_submissions(NAME)}


def summary(submitted: SubmittedAssignment) -> dict[str, Any]:
    grades = [grade for notebook in submitted.notebooks for grade in notebook.grades]
    return {
        "score": submitted.score,
        "auto": {grade.name: grade.auto_score for grade in grades},
        "manual": {grade.name: grade.manual_score for grade in grades},
        "by hand": any(grade.needs_manual_grade for grade in grades),
    }


def work_of(stem: str) -> sample_class.HandIn:
    return sample_class.read_hand_in(sample_class.FOLDER / NAME / f"{stem}.py")


# --- hostile and broken notebooks, with a judge that is quick -------------------------------------

Notebook = dict[str, Any]
Marked = dict[str, dict[str, Any]]
Change = Callable[[Notebook, Marked], object]


def marked(**changes: Any) -> Change:
    """Change nbgrader's mark of the first check cell."""
    return lambda _, cells: cells["check-fgsm"]["metadata"]["nbgrader"].update(changes)


def without(*names: str) -> Change:
    return lambda notebook, cells: [notebook["cells"].remove(cells[name]) for name in names]


def twice(name: str) -> Change:
    return lambda notebook, cells: notebook["cells"].append(copy.deepcopy(cells[name]))


def oddities(notebook: Notebook, cells: Marked) -> None:
    """What nbformat's schema forbids and the judge does not mind."""
    for cell in notebook["cells"]:
        cell.pop("outputs", None)
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"deeper": deep}
    notebook.update(metadata=deep, nbformat_minor=99)
    notebook["cells"] += [7, {"cell_type": "markdown", "metadata": [], "source": 3}]
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": "x = '\ud800'"})


def as_text_cell(_: Notebook, cells: Marked) -> None:
    attached = {"x.png": {"image/png": "aa"}}
    cells["check-fgsm"].update(cell_type="markdown", attachments=attached)


def with_result(_: Notebook, cells: Marked) -> None:
    data = {"text/plain": str(POINTS["fgsm"])}
    output = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
    cells["check-fgsm"]["outputs"] = [output]


CHECKS = tuple(f"check-{name}" for name in POINTS)
GRADED_ALL_THE_SAME: dict[str, Change] = {
    "points 1000": marked(points=1000),
    "points that are no number": marked(points="abc"),
    "points that are not finite": marked(points=float("nan")),
    "not graded": marked(grade=False),
    "an answer": marked(solution=True, locked=False),
    "an old schema": marked(schema_version=0),
    "another cell's name": marked(grade_id="check-robustness_curve"),
    "a name that nobody gave": marked(grade_id="bonus", points=5),
    "check twice": twice("check-fgsm"),
    "checks deleted": without(*CHECKS),
    "check as text": as_text_cell,
    "a result of its own": with_result,
    "no marks": lambda notebook, _: [cell["metadata"].clear() for cell in notebook["cells"]],
    "oddities": oddities,
}
NOT_GRADED: dict[str, Change | bytes] = {
    "answer twice": twice("fgsm"),
    "answer deleted": without("fgsm"),
    "answer and check deleted": without("fgsm", "check-fgsm"),
    "not JSON": b"this is not a notebook",
    "not UTF-8": b"\xff\xfe\x00",
    "nothing": b"",
    "a list": b"[]",
    "no cells": json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode(),
}


def hand_in(course: Path, student: str, change: Change | bytes) -> None:
    """Hand in the released notebook with one change, or other bytes."""
    path = course / "submitted" / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    if isinstance(change, bytes):
        path.write_bytes(change)
        return
    notebook = json.loads((course / "release" / NAME / f"{NAME}.ipynb").read_text())
    cells = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell
        for cell in notebook["cells"]
        if "nbgrader" in cell["metadata"]
    }
    change(notebook, cells)
    path.write_text(json.dumps(notebook))


def quick_result(lost: float = 0.5) -> Result:
    """What a judge could say: `lost` of the first check with points is lost."""
    checks = [
        CheckResult(check.name, check.title, "OK", check.max_points, check.max_points)
        for check in catalog.checks(NAME)
    ]
    first = next(check for check in checks if check.max_points)
    first.points -= lost
    first.status, first.got = "WRONG", "<script>alert(1)</script>"
    return Result("s", NAME, "digits", "WRONG", TOTAL - lost, TOTAL, "none", 0.0, checks)


def quick_judge(exporter: SubmissionExporter, assignment: str, student: str) -> Result:
    """Reads as the judge does, and runs nothing."""
    folder = Path(exporter.parent.coursedir.root) / "submitted" / student
    result = quick_result()
    try:
        submission.read(submission.find(folder, assignment), list(POINTS))
    except Malformed as fault:
        result.status, result.score, result.checks, result.notes = "FORMAT", None, [], [fault.got]
    if student == "unlucky":
        result.status, result.score, result.notes = "INFRA", None, ["no disk"]
    return result


@pytest.fixture(scope="module")
def hostile_class(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything above handed in and autograded in one run."""
    course = tmp_path_factory.mktemp("hostile") / "course"
    shutil.copytree(released, course)
    for student, change in {**GRADED_ALL_THE_SAME, **NOT_GRADED}.items():
        hand_in(course, student, change)
    for student in ("a stranger", "unlucky", "zz last"):
        hand_in(course, student, marked())
    notebook = course / "submitted" / "a stranger" / NAME / f"{NAME}.ipynb"
    notebook.rename(notebook.with_name("homework.ipynb"))
    theirs = course / "submitted" / "zz last" / NAME / f"{NAME}.ipynb"
    link = course / "submitted" / "copyist" / NAME / f"{NAME}.ipynb"
    link.parent.mkdir(parents=True)
    link.symlink_to(theirs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SubmissionExporter, "result", quick_judge)
        with pytest.raises(NbGraderException):  # nbgrader's way to exit with 1
            convert(Autograde, course)
        convert(GenerateFeedback, course)
    return course


@pytest.mark.parametrize("student", [*GRADED_ALL_THE_SAME, "zz last"])
def test_altered_notebook_gets_the_score_of_its_answers(hostile_class: Path, student: str) -> None:
    found = graded(hostile_class)[student]
    assert found["score"] == TOTAL - 0.5
    assert not found["by hand"]


@pytest.mark.parametrize("student", [*NOT_GRADED, "copyist"])
def test_unreadable_notebook_gets_no_score_and_a_message(hostile_class: Path, student: str) -> None:
    found = graded(hostile_class)[student]
    assert found["by hand"]
    assert set(found["auto"].values()) == {None}
    page = (hostile_class / "feedback" / student / NAME / f"{NAME}.html").read_text()
    assert "No score: could not be read." in page


def test_fault_of_the_grader_leaves_no_grade(hostile_class: Path) -> None:
    for student in ("unlucky", "a stranger"):
        assert set(graded(hostile_class)[student]["auto"].values()) == {None}
        assert not (hostile_class / "autograded" / student / NAME).exists()


def test_links_show_nobody_elses_work(hostile_class: Path) -> None:
    shown = (hostile_class / "autograded" / "copyist" / NAME / f"{NAME}.ipynb").read_text()
    assert "def fgsm" not in shown


def test_feedback_shows_the_table_escaped_and_no_solution(hostile_class: Path) -> None:
    page = (hostile_class / "feedback" / "zz last" / NAME / f"{NAME}.html").read_text()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert "def fgsm(" in shown
    released = released_text(hostile_class)  # its third hints hold nearly the code
    secret = {line for line in solution_lines() if line not in released}
    assert len(secret) >= 10
    assert [line for line in secret if line in shown] == []


def solution_lines() -> set[str]:
    """The lines between nbgrader's markers that say something."""
    notebook = nbformat.read(ROOT / f"assignments/source/{NAME}/{NAME}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells)
    parts = re.findall(r"### BEGIN SOLUTION(.*?)### END SOLUTION", text, flags=re.DOTALL)
    return {line.strip() for line in "".join(parts).splitlines() if len(line.strip()) > 20}


def released_text(course: Path) -> str:
    notebook = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    return "\n".join(cell.source for cell in notebook.cells)


def test_manual_scores_survive(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SubmissionExporter, "result", quick_judge)
    hand_in(course, "maria", marked())
    convert(Autograde, course)
    with gradebook(course) as book:
        grade = book.find_grade("check-fgsm", NAME, NAME, "maria")
        grade.manual_score = 3.0
        book.db.commit()
    shutil.rmtree(course / "autograded")
    convert(Autograde, course)
    found = graded(course)["maria"]
    assert found["manual"]["check-fgsm"] == 3.0
    assert found["auto"]["check-fgsm"] == POINTS["fgsm"] - 0.5
    assert found["score"] == 3.0 + TOTAL - POINTS["fgsm"]


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
        def __init__(self, task: object) -> None:
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
