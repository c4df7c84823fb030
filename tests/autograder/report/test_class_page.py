"""The class page: its figures against numbers worked out by hand, and who is named in it."""

import csv

import pytest
import ta_page
from markupsafe import escape

from autograder.report.class_page import figures, page
from autograder.report.class_page.mistakes import TABLE, answers_for, known_mistakes
from autograder.report.results import CheckResult, Result
from autograder.report.roster.people import Person, Roster


def result(student: str, *points: float, status: str = "WRONG") -> Result:
    checks = [
        CheckResult(f"check{n}", f"Check {n}", "OK" if got == 2 else "WRONG", got, 2.0, cause=cause)
        for n, got in enumerate(points)
        if (cause := "" if got == 2 else f"mistake {n}") is not None
    ]
    score = sum(points) if points else None
    return Result(student, "a3-fgsm", "digits", status, score, 6.0, "none", 1.0, checks)


CLASS = [
    result("ada", 2, 2, 2, status="OK"),
    result("bob", 2, 2, 0),
    result("carol", 2, 0, 0),
    result("dan", 0, 0, 0),
    result("eve", 2, 1, 2),
    result("fay", status="FORMAT"),
]
ROSTER = Roster(
    tuple(
        Person(id=name, first_name=name.title(), section=section)
        for name, section in zip(("ada", "bob", "carol", "dan", "gus"), "11222", strict=True)
    )
)


def test_the_figures_are_those_worked_out_by_hand():
    told = figures.summary(CLASS)
    assert (told.students, told.scored) == (6, 5)
    assert told.mean == pytest.approx((6 + 4 + 2 + 0 + 5) / 30)
    assert told.median == pytest.approx(4 / 6)
    assert told.bins == (1, 0, 0, 1, 0, 0, 1, 0, 1, 1)
    first, second, third = figures.check_figures(CLASS)
    assert (first.passed, second.passed, third.passed) == (0.8, 0.4, 0.4)
    assert second.share == pytest.approx(0.5)
    # check 0: 2 2 2 0 2, the rest: 4 2 0 0 3; covariance 3.6 of sqrt(3.2 * 12.8)
    assert first.rest == pytest.approx(3.6 / (3.2 * 12.8) ** 0.5)


def test_a_check_that_all_pass_has_no_correlation():
    same = [result(name, 2, n % 3, 0) for n, name in enumerate("abcdef")]
    assert figures.check_figures(same)[0].rest is None


def test_the_tutorial_says_what_was_done():
    wrong = known_mistakes()[0]
    checks = [CheckResult("check0", "Check 0", "WRONG", 0, 2.0, cause=f"It has {wrong.says}.")]
    made = Result("ada", wrong.assignment, "digits", "WRONG", 0, 2.0, "none", 1.0, checks)
    html = page.page([made])
    assert f"What was done: {escape(wrong.answer)}" in html
    assert answers_for(wrong.assignment, "something else") == []
    assert answers_for("a9", wrong.says) == []


def test_the_table_of_mistakes_is_that_of_the_wrong_answers():
    assert TABLE.read_text(encoding="utf-8") == ta_page.table()


def test_a_check_that_failed_without_a_cause_says_so_and_is_not_for_the_tutorial():
    found = CheckResult("x", "X", "WRONG", 0, 2.0)
    made = Result("ada", "a3-fgsm", "digits", "WRONG", 0, 2.0, "none", 1.0, [found])
    (cause,) = figures.causes([made])
    assert cause.cause == "no likely cause is known (WRONG)"
    assert figures.commonest([cause], 5) == []


def test_causes_name_everybody_the_commonest_first():
    first, *_ = figures.causes(CLASS)
    assert (first.check, first.cause) == ("check2", "mistake 2")
    assert first.students == ("bob", "carol", "dan")


def test_for_a_tutorial_what_cost_points_comes_before_good_practice():
    def lost(student: str, points: float) -> Result:
        found = CheckResult("x", "X", "WRONG", 0, points, cause=f"worth {points:g}")
        return Result(student, "a3-fgsm", "digits", "WRONG", 0, 20.0, "none", 1.0, [found])

    causes = figures.causes([lost("ada", 0), lost("bob", 0), lost("cem", 1)])
    assert [each.cause for each in figures.commonest(causes, 5)] == ["worth 1", "worth 0"]


def test_the_page_names_the_absent_the_unknown_and_the_sections(tmp_path):
    page.write_class_page(tmp_path, CLASS, ROSTER)
    text = (tmp_path / "index.html").read_text()
    assert "1 handed nothing in" in text
    assert "Gus" in text
    assert "2 not in the roster" in text
    assert "eve, fay" in text
    one, two = figures.sections(CLASS, ROSTER)
    assert (one.students, one.scored, two.students, two.scored) == (2, 2, 3, 2)
    assert one.mean == pytest.approx(10 / 12)
    assert "http" not in text
    with open(tmp_path / "class-students.csv", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["gus"]["status"] == "nothing handed in"
    assert rows["fay"]["score"] == ""


def test_what_changed_is_told_once_and_stays_when_the_page_is_written_again(tmp_path):
    page.write_class_page(tmp_path, CLASS)
    assert "Since the last run" not in (tmp_path / "index.html").read_text()
    page.write_class_page(tmp_path, [result("ada", 2, 2, 0), *CLASS[1:5], result("gus", 2, 2, 2)])
    for _ in range(2):
        text = (tmp_path / "index.html").read_text()
        assert "ada: OK 6 before, WRONG 4" in text
        assert "gus: new" in text
        assert "fay: not there any more" in text
        page.write_class_page(
            tmp_path, [result("ada", 2, 2, 0), *CLASS[1:5], result("gus", 2, 2, 2)], ROSTER
        )
