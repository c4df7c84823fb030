"""nbgrader on altered and broken notebooks: the score of the answers, or a message and no score."""

import copy
import html
import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from support.nbgrader_course import (
    NAME,
    POINTS,
    ROOT,
    TOTAL,
    Change,
    Marked,
    Notebook,
    convert,
    gradebook,
    graded,
    hand_in,
    marked,
    quick_judge,
)

from autograder.nbgrader_plugin.bridge import SubmissionExporter


def without(*names: str) -> Change:
    return lambda notebook, cells: [notebook["cells"].remove(cells[name]) for name in names]


def twice(name: str) -> Change:
    return lambda notebook, cells: notebook["cells"].append(copy.deepcopy(cells[name]))


def oddities(notebook: Notebook, cells: Marked) -> None:
    """Oddities that nbformat's schema forbids and the judge accepts."""
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
    notebook.unlink()
    nbformat.write(nbformat.v4.new_notebook(), notebook.with_name("homework.ipynb"))
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
    """The lines between nbgrader's markers, without trivial ones."""
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


@pytest.mark.parametrize("name", [f"{NAME}-Copy1.ipynb", f"{NAME} (1).ipynb", "Copy of mine.ipynb"])
def test_a_notebook_under_another_name_is_the_one_that_counts(
    course: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(SubmissionExporter, "result", quick_judge)
    hand_in(course, "renata", marked())
    folder = course / "submitted" / "renata" / NAME
    (folder / f"{NAME}.ipynb").rename(folder / name)
    convert(Autograde, course)
    assert graded(course)["renata"]["score"] == TOTAL - 0.5
    assert (folder / name).is_file()
