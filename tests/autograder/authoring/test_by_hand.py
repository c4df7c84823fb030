"""Answers in words: hidden in the release, not lost in repair, and graded by a person."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
import sample_class
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from autograder import catalog
from autograder.authoring import document
from autograder.exports.nbgrader import grades_csv
from autograder.nbgrader_plugin.bridge import SubmissionExporter
from autograder.report import feedback
from autograder.report.results import CheckResult, Result

ROOT = Path(__file__).resolve().parents[3]
NAME = "a6-audit"
WRITTEN = catalog.assignment(NAME).written
TOTAL = sum(catalog.points(NAME).values())
OPINION = "The clamp to [0, 1] cuts the digits off; I would attack again in pixels."


def convert(converter: type[BaseConverter], course: Path) -> None:
    """Run one of nbgrader's commands in this process, with the course's own settings."""
    config = PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.assignment_id = NAME
    config.TrustedJudge.secret = str(course / "secret")
    config.TrustedJudge.trust_submissions = True
    converter(coursedir=CourseDirectory(config=config), config=config).start()


def judged(_exporter: SubmissionExporter, _assignment: str, student: str) -> Result:
    """Full marks for everything that the judge grades."""
    checks = [
        CheckResult(check.name, check.title, "OK", check.max_points, check.max_points)
        for check in catalog.checks(NAME)
    ]
    by_hand = catalog.assignment(NAME).by_hand
    return Result(student, NAME, "digits", "OK", TOTAL, TOTAL, "none", 0.0, checks, by_hand=by_hand)


def hand_in(course: Path, student: str, change: Any) -> None:
    """Hand in the release after `change(cells by grade_id, notebook)`."""
    notebook = json.loads((course / "release" / NAME / f"{NAME}.ipynb").read_text())
    marked = [cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
    change({cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in marked}, notebook)
    path = course / "submitted" / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook))


def answered(cells: dict[str, Any], _notebook: Any) -> None:
    cells["audit_report"]["source"] = [OPINION]


def tampered(cells: dict[str, Any], _notebook: Any) -> None:
    """A hand-in that answers, and gives itself points."""
    answered(cells, _notebook)
    mark = cells["audit_report"]["metadata"]["nbgrader"]
    mark.update(points=1000, grade=False, solution=False, locked=True)
    cells["audit_report"]["cell_type"] = "raw"


def deleted(cells: dict[str, Any], notebook: Any) -> None:
    notebook["cells"].remove(cells["disclosure"])


def doubled(cells: dict[str, Any], notebook: Any) -> None:
    answered(cells, notebook)
    notebook["cells"].append(dict(cells["audit_report"], id="again"))


CHANGES = {"answers": answered, "tampers": tampered, "deletes": deleted, "doubles": doubled}
CHANGES["blank"] = lambda cells, notebook: None


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A class that nbgrader released to, autograded and gave feedback."""
    course = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "assignments" / "source" / NAME, course / "source" / NAME)
    shutil.copy(ROOT / "assignments" / "source" / "header.ipynb", course / "source")
    shutil.copy(ROOT / "assignments" / "nbgrader_config.py", course)
    (course / "secret").write_text("a secret of this test")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.environ["PATH"])  # the settings prepend to it
        patch.setattr(SubmissionExporter, "result", judged)
        convert(GenerateAssignment, course)
        for student, change in CHANGES.items():
            hand_in(course, student, change)
        convert(Autograde, course)
        convert(GenerateFeedback, course)
        yield course


def grades(course: Path, student: str) -> dict[str, Any]:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        submitted = book.find_submission(NAME, student)
        found = [grade for notebook in submitted.notebooks for grade in notebook.grades]
        return {
            grade.name: (grade.auto_score, grade.needs_manual_grade, grade.max_score)
            for grade in found
        }


def test_release_asks_and_does_not_answer(course: Path) -> None:
    text = (course / "release" / NAME / f"{NAME}.ipynb").read_text()
    source = (ROOT / "assignments" / "source" / NAME / f"{NAME}.ipynb").read_text()
    page = (ROOT / "site" / "assignments" / f"{NAME}.md").read_text()
    assert source.count("For graders.") == len(WRITTEN)
    assert "For graders." not in text + page
    for shown in (text, page):
        assert shown.count("How it is graded") == len(WRITTEN)
        assert shown.count(document.ANSWER_STUB) == len(WRITTEN)


def test_the_gradebook_has_the_judges_points_and_those_of_a_person(course: Path) -> None:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        assert book.find_assignment(NAME).max_score == TOTAL + sum(q.points for q in WRITTEN)


@pytest.mark.parametrize("student", CHANGES)
def test_the_judges_points_are_those_of_autograder_grade(course: Path, student: str) -> None:
    found = grades(course, student)
    checks = {name: grade for name, grade in found.items() if name.startswith("check-")}
    assert sum(score for score, _, _ in checks.values()) == TOTAL
    assert not any(by_hand for _, by_hand, _ in checks.values())


@pytest.mark.parametrize("student", ["answers", "tampers", "doubles"])
def test_an_answer_waits_for_a_person_with_the_points_of_the_release(
    course: Path, student: str
) -> None:
    assert grades(course, student)["audit_report"] == (None, True, WRITTEN[0].points)
    kept = nbformat.read(course / "autograded" / student / NAME / f"{NAME}.ipynb", as_version=4)
    (cell,) = [c for c in kept.cells if sample_class.grade_id(c) == "audit_report"]
    assert (cell.cell_type, cell.source) == ("markdown", OPINION)
    assert cell.metadata.nbgrader.points == WRITTEN[0].points
    assert OPINION in (course / "feedback" / student / NAME / f"{NAME}.html").read_text()


@pytest.mark.parametrize("student", ["blank", "deletes"])
def test_what_was_not_answered_gets_nothing(course: Path, student: str) -> None:
    assert grades(course, student)["disclosure"] == (0.0, False, WRITTEN[1].points)


def test_a_result_says_what_a_person_will_grade() -> None:
    result = judged(None, NAME, "ada")  # type: ignore[arg-type]
    assert result.by_hand == sum(question.points for question in WRITTEN)
    assert f"{result.by_hand:g} more points" in " ".join(result.shown_notes)
    assert "a person gives them" in feedback.page(result)
    assert Result.from_json(result.to_json()) == result


def test_exports_hold_the_judges_points_alone() -> None:
    result = judged(None, NAME, "ada")  # type: ignore[arg-type]
    row = grades_csv([result], {}).splitlines()[1].split(",")
    assert row[-4:] == [str(TOTAL), "0", str(TOTAL), str(TOTAL)]
