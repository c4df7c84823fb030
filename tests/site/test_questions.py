"""Questions, exams, plans and slides: complete, true to the lectures, and behind their switch."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import markdown
import pytest
import slides
from scipy.stats import norm

from course.errors import CourseError
from course.pages import decks, questions
from course.pages.questions import Question

ROOT = Path(__file__).parents[2]
TEACHING = ROOT / "teaching"
LECTURES = decks.lectures(TEACHING)
EXTENSIONS = ["course.pages.teaching", "md_in_html", "pymdownx.details", "tables"]


def asked(*uses: str) -> Iterator[Question]:
    for lecture in LECTURES:
        for use in uses:
            yield from questions.read(TEACHING, lecture, use)


def page(text: str, *, instructor: bool = False) -> str:
    settings = {"course.pages.teaching": {"instructor": instructor}}
    return markdown.markdown(text, extensions=EXTENSIONS, extension_configs=settings)


# --- the numbers, computed again ------------------------------------------------------------------

NUMBERS = {
    "cnn/kernels": 32 * (16 * 9 + 1),
    "cnn/field": 1 + 2 + 1 + 2 * 2,
    "training/guessing": math.log(100),
    "training/gradient": 0.9 - 1,
    "hooks/drift": 3 / math.hypot(6, 8),
    "threat-models/largest-l2": math.sqrt(3 * 32 * 32) * 8 / 255,
    "threat-models/standardised": 0.25 * 0.5,
    "threat-models/norm-for-norm": 255 / math.sqrt(3 * 32 * 32),
    "fgsm/ratio": math.sqrt(784),
    "fgsm/unit": 0.3 * 0.5,
    "fgsm/step": 3,
    "fgsm/success": 100 * (480 - 120) / 480,
    "stronger-attacks/twenty": 16.7,
    "stronger-attacks/path": 0.6 - 0.04,
    "stronger-attacks/margin": max(4, 1) - 3,
    "adversarial-training/after-fgsm": 19.4,
    "adversarial-training/cost": 10 + 1,
    "adversarial-training/handicap": 0.05 * (2 + 1 + 1),
    "defences/radius": 0.5 * norm.ppf(0.9),
    "defences/pixels": 100 * 2 * 0.1,
    "certificates/width": 0.1 * (2 + 1),
    "certificates/upper-line": 2 / (2 + 2) * (0 + 2),
    "evaluating/most": min(60, 70, 90),
    "evaluating/least": 100 - 40 - 30 - 10,
    "evaluating/rate": 100 * 38 / 200,
    "evaluating/reach": 10,
    "evaluating/restarts": 100 * (1 - 0.8**10),
    "state-of-robustness/best": 73.7,
    "state-of-robustness/people": 90,
    "state-of-robustness/dlr": -(6 - 4) / (6 - 2),
    "other-ways-in/trigger": (51 + 61) / 2,
    "other-ways-in/count": 100 * 720 / 900,
    "other-ways-in/rule-of-three": 100 * 3 / 1500,
    "beyond-digits/average-of-cell": 12 / math.sqrt(16),
    "beyond-digits/control": 79 - 24,
    "practice/base-rate": 100 * 95 / 10_094,
    "practice/threshold": 50 / 500_000,
    "adversarial-training/minutes": 12 * (7 + 1),
}
MEASURED = {  # where the page says it
    "stronger-attacks/twenty": "16.7 %",
    "adversarial-training/after-fgsm": "19.40 %",
    "state-of-robustness/best": "73.7 %",
    "state-of-robustness/people": "level off near 90%",
    "other-ways-in/trigger": "51% and 61%",
}


def test_every_number_is_right_and_no_mistake_would_count() -> None:
    found = [q for q in asked("predict", "check", "exam") if q.kind == "number"]
    assert len(found) >= 35
    for question in found:
        name = f"{question.lecture}/{question.id}"
        assert question.number is not None
        slack = max(question.within, 0.006 * abs(question.number)) + 1e-9
        assert abs(question.number - NUMBERS[name]) <= slack, name
        for mistake in question.mistakes:
            assert abs(mistake.number - question.number) > question.within, (name, mistake.number)


@pytest.mark.parametrize(("name", "words"), MEASURED.items())
def test_measured_answers_stand_in_the_lecture(name: str, words: str) -> None:
    lecture = name.partition("/")[0]
    texts = [decks.page(lecture)]
    for figure in re.findall(r"site/figures/([\w-]+\.inc)", texts[0]):
        texts.append((ROOT / "site" / "figures" / figure).read_text(encoding="utf-8"))
    texts.append((ROOT / "site" / "figures" / "audit-findings.inc").read_text(encoding="utf-8"))
    assert any(words in " ".join(text.split()) for text in texts)


EXAM = [  # what a model answer prints, and how it is computed
    ("cnn", "= 1.6", "1.6", 1.8 - 0.4 + 0.2),
    ("cnn", "together 32,586", "32,586", 16 * 76 + 10 * (16 * 14 * 14 + 1)),
    ("training", "= 0.881", "0.881", 1 / (1 + math.exp(-2))),
    ("training", "= 0.335", "0.335", 1 - 0.96**10),
    ("training", "2{,}401", "2401", 1.96**2 * 0.25 / 0.02**2),
    ("hooks", "= 1.53", "1.53", math.sqrt((4 * 1 + 1 + 9) / 6)),
    ("hooks", "= 0.43", "0.43", 3 / 7),
    ("threat-models", "2/28 = 0.071", "0.071", 2 / 28),
    ("fgsm", "= 0.59", "0.59", 2 * 0.5 - 0.3 + 0.5 * 0.98 - 0.6),
    ("fgsm", "= 0.169", "0.169", 0.59 / 3.5),
    ("adversarial-training", "= 0.341", "0.341", math.log1p(math.exp(-0.9))),
    ("adversarial-training", "= 0.644", "0.644", math.log1p(math.exp(-0.1))),
    ("defences", "p_A \\ge 0.977", "0.977", norm.cdf(2)),
    ("evaluating", "= 0.021", "0.021", 2 * (1 + 10) / 2**10),
    ("other-ways-in", "= 0.075", "0.075", 0.04 * 0.02 / (0.04 * 0.02 + 0.01 * 0.98)),
    ("beyond-digits", "= 61\\%", "61", 100 * 6 / (6 + 1.96**2)),
    ("practice", "= 8.3\\%", "8.3", 100 * 450 / 5448),
    ("audit", "printed 53.28%", "53.28", 100 * 341 / 640),
]


@pytest.mark.parametrize(("lecture", "printed", "number", "value"), EXAM)
def test_model_answers_print_what_is_computed(
    lecture: str, printed: str, number: str, value: float
) -> None:
    decimals = len(number.partition(".")[2])
    assert f"{value:.{decimals}f}" == number.replace(",", "")
    answers = " ".join(" ".join(q.why.split()) for q in questions.read(TEACHING, lecture, "exam"))
    assert printed in answers


# --- pages ----------------------------------------------------------------------------------------


def test_the_lectures_are_those_of_the_site_in_its_order() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert re.findall(r": lectures/([\w-]+)\.md", menu) == LECTURES


def test_every_question_of_a_page_has_its_own_name() -> None:
    for use in (("predict", "check"), ("exam",)):
        names = [(q.lecture, q.id) for q in asked(*use)]
        assert len(set(names)) == len(names)


def test_every_lecture_shows_at_least_two_figures() -> None:
    for lecture in LECTURES:
        text = decks.page(lecture)
        shown = text.count("](../assets/")
        for name in re.findall(r"site/figures/([\w-]+\.inc)", text):
            shown += "#only-light" in (ROOT / "site" / "figures" / name).read_text("utf-8")
        assert shown >= 2, lecture


def test_without_a_script_a_question_is_a_list_with_a_folded_answer() -> None:
    written = page(":::questions cnn check")
    assert 'data-question="cnn/silent" ' in written
    assert re.search(r"<summary>Answer</summary>\s*<p><strong>C</strong> is right", written)
    assert "<summary>Why does the number of parameters" in written  # an open one


@pytest.mark.parametrize("line", [":::questions", ":::questions cnn", ":::questions cnn exam"])
def test_an_incomplete_line_is_an_error(line: str) -> None:
    with pytest.raises(CourseError, match="needs a lecture"):
        page(line)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"id": "x"}, "needs `id` and `ask`"),
        ({"id": "x", "ask": "?", "why": "", "number": 1}, "needs `why`"),
        ({"id": "x", "ask": "?", "answr": ""}, "unknown field 'answr'"),
        ({"id": "x", "ask": "?", "points": 3, "answer": "a"}, "unknown field 'points'"),
        ({"id": "x", "ask": "?", "choices": [{"wrong": "a", "why": "b"}]}, "exactly one right"),
        ({"id": "x", "ask": "?", "choices": [{"right": "a"}]}, "a choice has"),
    ],
)
def test_a_mistake_in_a_question_is_named(values: dict[str, object], words: str) -> None:
    with pytest.raises(CourseError, match=words):
        questions.question("cnn", "check", values, Path("cnn.yml"))


# --- for lecturers --------------------------------------------------------------------------------


def test_exam_and_answers_are_in_the_site_only_with_the_switch() -> None:
    assert "Model answer" in page(":::exam", instructor=True)
    for line in (":::exam", ":::answers"):
        public = page(line)
        assert "INSTRUCTOR=1" in public
        assert len(public) < 400


def test_the_exam_bank_is_large_and_each_question_tests_an_outcome() -> None:
    found = list(asked("exam"))
    assert len(found) >= 60
    for question in found:
        outcomes = decks.outcomes(question.lecture)
        assert question.points > 0
        assert question.outcome in range(1, len(outcomes) + 1) if outcomes else not question.outcome


def test_slides_name_what_exists() -> None:
    for lecture in LECTURES:
        deck = decks.read(TEACHING, lecture)
        names = {
            q.id for use in ("predict", "check") for q in questions.read(TEACHING, lecture, use)
        }
        assert 50 <= deck.minutes <= 75, lecture
        assert deck.discussion
        for slide in deck.slides:
            assert not slide.section or slide.section in decks.sections(lecture), slide.title
            assert not slide.question or slide.question in names, slide.title


def test_slides_need_no_other_file() -> None:
    written = slides.slides(decks.read(TEACHING, "fgsm"))
    assert written.count('<section class="slide') == 21
    sources = re.findall(r'(?:src|href)="([^"]{0,30})|url\(([^)]{0,30})', written)
    assert sources
    assert all((a or b).startswith("data:") for a, b in sources)
    assert '"""' not in written  # docstrings are too long for a slide


def test_a_plan_adds_up() -> None:
    written = page(":::plans")
    ends = [int(end) for end in re.findall(r"–(\d+)</td>\s*<td>Discussion", written)]
    assert ends == [decks.read(TEACHING, lecture).minutes for lecture in LECTURES]


def test_every_exercise_has_an_answer() -> None:
    for lecture in LECTURES:
        text = decks.page(lecture)
        if "## Exercises" not in text:
            continue
        part = text.partition("## Exercises")[2].partition("\n## ")[0]
        numbers = {int(n) for n in re.findall(r"^(\d)\. \*", part, re.MULTILINE)}
        shown = {int(n) for n in re.findall(r"^    (\d)\. ", part, re.MULTILINE)}
        path = TEACHING / "exercises" / f"{lecture}.md"
        more = path.read_text(encoding="utf-8") if path.is_file() else ""
        assert shown | {int(n) for n in re.findall(r"^\*\*(\d)", more, re.MULTILINE)} == numbers
