"""Questions in a real browser: by mouse, by keyboard, remembered, and without a script."""

from __future__ import annotations

from typing import Any

import pytest
from support.site_visit import NEEDS_BROWSER, Visit

pytestmark = NEEDS_BROWSER
PAGE = "lectures/fgsm/"


def verdict(page: Any, name: str) -> str:
    return str(page.locator(f"#question-{name} .quiz-verdict").inner_text())


def test_a_choice_by_mouse_is_judged_with_its_reason(visit: Visit) -> None:
    page = visit.open(PAGE)
    page.locator("#question-above-clean label").nth(0).click()
    page.locator("#question-above-clean button").click()
    assert "Not this one" in verdict(page, "above-clean")
    assert "no business improving" in verdict(page, "above-clean")
    page.locator("#question-above-clean label").nth(2).click()
    page.locator("#question-above-clean button").click()
    assert "Right" in verdict(page, "above-clean")
    assert visit.trouble == []


def test_a_choice_by_keyboard_alone(visit: Visit) -> None:
    page = visit.open(PAGE)
    page.locator("#question-above-clean input").first.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    assert "Right" in verdict(page, "above-clean")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0.15", "Right"),
        ("0,15", "Right"),
        (" 15/100 ", "Right"),
        ("0.6", "other way round"),
        ("0.2", "too large"),
        ("-1", "too small"),
        ("a lot", "Please type a number"),
        ("", "Please type a number"),
        ("1/0", "Please type a number"),
    ],
)
def test_a_number_is_read_as_people_write_it(visit: Visit, typed: str, said: str) -> None:
    page = visit.open(PAGE)
    page.locator("#question-unit input").fill(typed)
    page.keyboard.press("Enter")
    assert said in verdict(page, "unit")


def test_thousands_and_percent_signs_are_read(visit: Visit) -> None:
    page = visit.open("lectures/cnn/")
    page.locator("#question-kernels input").fill("4,640")
    page.keyboard.press("Enter")
    assert "Right" in verdict(page, "kernels")
    page = visit.open("lectures/evaluating/")
    page.locator("#question-rate input").fill("19 %")
    page.keyboard.press("Enter")
    assert "Right" in verdict(page, "rate")


def test_answers_are_remembered_here_until_they_are_forgotten(visit: Visit) -> None:
    page = visit.open(PAGE)
    page.locator("#question-unit input").fill("0.15")
    page.keyboard.press("Enter")
    page = visit.open(PAGE)
    assert page.locator("#question-unit input").input_value() == "0.15"
    assert "Right" in verdict(page, "unit")
    assert page.locator(".quiz-count").text_content().startswith("1 of 6 right, 5 not")
    page.get_by_text("Forget my answers").click()
    page = visit.open(PAGE)
    assert page.locator("#question-unit input").input_value() == ""


def test_without_a_script_answers_are_folded(browser: Any, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + PAGE)
    question = page.locator("#question-above-clean")
    assert question.locator(".quiz-choices li").nth(0).is_visible()
    assert question.locator("input").count() == 0
    reasons = question.locator(".quiz-reasons")
    assert not reasons.is_visible()
    question.locator("summary").click()
    assert reasons.is_visible()
    context.close()
