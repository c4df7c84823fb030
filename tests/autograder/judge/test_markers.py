"""The `graded` marker is checked when checks are collected, before any grading."""

from pathlib import Path

import pytest

from autograder import catalog
from autograder.catalog import Assignment
from autograder.errors import GraderFault
from autograder.judge.judge import run_checks
from autograder.judge.setting import Setting
from autograder.student import Student
from autograder.student.kernel import LiveTransport
from autograder.worker.limits import Limits
from course.errors import CourseError

FGSM = catalog.assignment("a3-fgsm")
LECTURE = "lectures/fgsm/"
FILE = """
import pytest

@pytest.mark.graded(exercise="fgsm", lecture="lectures/fgsm/")
def test_fgsm_returns_images():
    '''It returns images'''

@pytest.mark.graded({said})
def test_fgsm_is_signed():
    '''It takes the sign'''
"""


def collected(**said: object) -> list[catalog.Check]:
    """Two checks; the marker of the second has these arguments."""
    marked = {"exercise": "fgsm", "lecture": LECTURE, **said}
    return catalog.checks_among(FGSM, [mark("first"), mark("second", **marked)])


def mark(name: str, **said: object):
    """A check of this name."""

    def check() -> None:
        """It is a check."""

    check.__name__ = f"test_{name}"
    return pytest.mark.graded(**(said or {"exercise": "fgsm", "lecture": LECTURE}))(check)


def test_a_right_marker_is_read() -> None:
    _, check = collected(needs="first", points=2, picture=True)
    assert (check.name, check.title, check.max_points) == ("second", "It is a check", 2)
    assert (check.needs, check.lecture, check.picture) == ("first", LECTURE, True)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"needs": "frist"}, "needs 'frist' is not an earlier check. Did you mean 'first'?"),
        ({"needs": "second"}, "needs 'second' is not an earlier check. Known: first"),
        ({"exercise": "fsgm"}, "exercise 'fsgm' is not known. Did you mean 'fgsm'?"),
        ({"lecture": "lectures/fgms/"}, "Did you mean 'lectures/fgsm/'?"),
        ({"need": "first"}, "the argument 'need' is not known. Did you mean 'needs'?"),
    ],
)
def test_a_wrong_marker_names_file_check_value_and_near_miss(
    said: dict[str, str], message: str
) -> None:
    with pytest.raises(CourseError) as error:
        collected(**said)
    assert str(error.value).startswith(f"{__file__}: check second: ")
    assert message in str(error.value)


def test_an_exercise_is_asked_for() -> None:
    with pytest.raises(CourseError, match="write graded"):
        catalog.checks_among(FGSM, [mark("lonely", points=3)])


def test_a_lecture_may_be_left_out_and_have_an_anchor() -> None:
    assert collected(lecture="")[1].lecture == ""
    assert collected(lecture="lectures/fgsm/#the-sign")[1].lecture == "lectures/fgsm/#the-sign"


def test_a_copy_without_the_site_cannot_check_lectures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("autograder.installed.LECTURES", tmp_path / "none")
    assert collected(lecture="lectures/elsewhere/")


@pytest.mark.parametrize("name", catalog.KNOWN)
def test_every_check_of_the_course_has_a_lecture(name: str) -> None:
    assert all(check.lecture for check in catalog.checks(name))


def test_the_judge_refuses_a_wrong_marker_before_any_check_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(FILE.format(said="exercise='fgsm', needs='fgsm_returns_images'"))
    wrong.write_text(FILE.format(said="exercise='fgsm', needs='fgsm_return_images'"))
    student = Student(LiveTransport({}), Limits(), public=True)
    monkeypatch.setattr(Assignment, "check_file", wrong)
    with pytest.raises(GraderFault, match="Did you mean 'fgsm_returns_images'"):
        run_checks(FGSM, student, Setting("a3-fgsm", "digits"))
    monkeypatch.setattr(Assignment, "check_file", right)
    results = run_checks(FGSM, student, Setting("a3-fgsm", "digits"))
    assert [result.status for result in results] == ["OK", "OK"]
