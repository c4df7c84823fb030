"""The pictures on the feedback page of a wrong attack."""

import base64
import io

import pytest
from PIL import Image

from autograder import catalog
from autograder.judge import pictures
from autograder.judge.setting import Setting
from autograder.report import feedback
from autograder.report.results import CheckResult, Result
from autograder.student import Student
from autograder.student.kernel import LiveTransport
from autograder.worker.limits import Limits


@pytest.fixture(scope="module")
def public():
    return Setting("a3-fgsm", "digits")


def student_with(attack):
    return Student(LiveTransport({"fgsm": attack}), Limits(), public=True)


def size(picture):
    return Image.open(io.BytesIO(base64.b64decode(picture.png))).size


def check(status, name="fgsm_stays_in_range"):
    return CheckResult(name, "Every pixel stays in [0, 1]", status, 0.0, 2.0)


def test_a_wrong_attack_stands_beside_the_right_one(public):
    attack = student_with(lambda model, images, labels, epsilon: images + 0.5)
    shown = pictures.of_attack(attack, public)
    assert [len(row) for row in shown.rows] == [len(shown.columns)] * 3
    assert all(size(picture) == (28, 28) for row in shown.rows for picture in row)
    assert all("your change, at most 0.5" in row[1].alt for row in shown.rows)
    assert all("the right change, at most 0.1" in row[3].alt for row in shown.rows)
    assert len({picture.png for picture in shown.rows[0]}) == 5


def test_pgd_is_drawn_in_ten_steps_without_a_random_start(public):
    given = {}

    def attack(model, images, labels, epsilon, **options):
        given.update(options)
        return images + 0.5

    student = Student(LiveTransport({"pgd": attack}), Limits(), public=True)
    shown = pictures.of_attack(student, Setting("a4-pgd", "digits"))
    assert (given["steps"], given["random_start"]) == (10, False)
    assert all("your change, at most 0.5" in row[1].alt for row in shown.rows)
    assert all("the right change, at most 0.1" in row[3].alt for row in shown.rows)


@pytest.mark.parametrize("answer", [None, "images", 1.0])
def test_what_is_no_image_is_not_drawn(public, answer):
    attack = student_with(lambda model, images, labels, epsilon: answer)
    assert pictures.of_attack(attack, public) is None


def test_an_attack_that_fails_is_not_drawn(public):
    def attack(model, images, labels, epsilon):
        raise ValueError("no")

    assert pictures.of_attack(student_with(attack), public) is None


@pytest.mark.parametrize(
    ("assignment", "checks", "wanted"),
    [
        ("a3-fgsm", [check("WRONG")], True),
        ("a4-pgd", [check("WRONG", "pgd_stays_within_epsilon")], True),
        ("a3-fgsm", [check("OK")], False),
        ("a3-fgsm", [check("CRASH")], False),
        ("a3-fgsm", [check("WRONG", "success_rate_counts_the_fooled")], False),
    ],
)
def test_pictures_are_drawn_where_they_explain_something(assignment, checks, wanted):
    assert pictures.wanted(assignment, checks) is wanted


def test_what_is_marked_as_a_picture_can_be_drawn():
    marked = {name for name in catalog.KNOWN for check in catalog.checks(name) if check.picture}
    assert marked == pictures.ATTACKS.keys()


def test_the_page_shows_them_with_words_and_keeps_them_in_the_result(public):
    attack = student_with(lambda model, images, labels, epsilon: images.clone())
    shown = pictures.of_attack(attack, public)
    checks = [check("WRONG")]
    result = Result("ada", "a3-fgsm", "digits", "WRONG", 0.0, 20.0, "none", 1.0, checks)
    result.pictures = shown
    page = feedback.page(result)
    assert page.count("data:image/png;base64,") == 15
    assert "your change, at most 0 in a pixel" in page
    assert Result.from_json(result.to_json()) == result
