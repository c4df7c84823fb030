"""`autograder grade` and `nbgrader autograde` agree on every check, for every assignment and
profile: the untouched notebook earns nothing, the reference all. `check` passes the reference."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sample_class
from nbgrader.api import Gradebook
from scoreboard.nbgrader_command import nbgrader

from autograder import catalog
from autograder.cli import main
from autograder.report.results import Result

ROOT = Path(__file__).resolve().parents[3]
PROFILES = ["digits", "signs", pytest.param("mnist", marks=pytest.mark.mnist)]


def course_of(assignment: str, profile: str, folder: Path) -> Path:
    """A course with one assignment, and the hand-ins of two students."""
    source = ROOT / "assignments"
    folder.mkdir()
    shutil.copytree(source / "source" / assignment, folder / "source" / assignment)
    shutil.copy(source / "source" / "header.ipynb", folder / "source")
    (folder / "secret").write_text("a secret of this test")
    settings = (source / "nbgrader_config.py").read_text(encoding="utf-8")
    settings += f"c.TrustedJudge.profile = {profile!r}\n"
    settings += f"c.TrustedJudge.secret = {str(folder / 'secret')!r}\n"
    settings += "c.TrustedJudge.trust_submissions = True\n"
    (folder / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    nbgrader(folder, "generate_assignment", assignment)
    solved = (source / "source" / assignment / f"{assignment}.ipynb").read_text(encoding="utf-8")
    for student, text in (("blank", sample_class.released(assignment)), ("reference", solved)):
        handed_in = folder / "submitted" / student / assignment / f"{assignment}.ipynb"
        handed_in.parent.mkdir(parents=True)
        before, after = (f'PROFILE = \\"{name}\\"' for name in ("digits", profile))
        assert text.count(before) == 1
        handed_in.write_text(text.replace(before, after), encoding="utf-8")
    return folder


def in_the_gradebook(course: Path, assignment: str) -> dict[str, dict[str, float]]:
    """The judge's points for each exercise, by student."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {
            submitted.student.id: {
                grade.name: grade.auto_score
                for notebook in submitted.notebooks
                for grade in notebook.grades
                if grade.auto_score is not None
            }
            for submitted in book.assignment_submissions(assignment)
        }


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("assignment", sorted(catalog.ASSIGNMENTS))
def test_blank_earns_nothing_and_the_reference_all(
    assignment: str, profile: str, tmp_path: Path
) -> None:
    course = course_of(assignment, profile, tmp_path / "course")
    nbgrader(course, "autograde", assignment)
    found = in_the_gradebook(course, assignment)

    options = ["--data", profile, "--secret", str(course / "secret"), "--trust-submissions"]
    command = ["grade", assignment, str(course / "submitted"), "--out", str(course / "out")]
    assert main([*command, *options, "--jobs", "1"]) == 0

    full = sum(catalog.points(assignment).values())
    for student, expected in (("blank", 0), ("reference", full)):
        path = course / "out" / "results" / f"{student}.json"
        result = Result.from_json(path.read_text(encoding="utf-8"))
        assert result.score == sum(found[student].values()) == expected
        said = [check.hint or check.cause for check in result.checks if check.status != "OK"]
        assert all(said)

    own = course / "submitted" / "reference" / assignment / f"{assignment}.ipynb"
    assert main(["check", assignment, str(own), "--data", profile]) == 0
