"""Pages for lecturers, as Markdown: exam questions, answers to exercises, plans in minutes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from course.pages import decks, questions
from course.pages.question_text import answer, choices, indented
from course.pages.questions import Question


def exam(folder: Path) -> str:
    """All exam questions, lecture by lecture, each with points, outcome and model answer."""
    parts: list[str] = []
    for lecture in decks.lectures(folder):
        asked = questions.read(folder, lecture, "exam")
        points = sum(question.points for question in asked)
        parts.append(f"## {decks.title(lecture)}")
        parts.append(f"{len(asked)} questions, {points} points.")
        outcomes = decks.outcomes(lecture)
        parts += [exam_question(1 + place, q, outcomes) for place, q in enumerate(asked)]
    return "\n\n".join(parts)


def exam_question(place: int, question: Question, outcomes: list[str]) -> str:
    """One question of an exam with its folded model answer."""
    tests = outcomes[question.outcome - 1] if outcomes else question.lecture
    points = f"{question.points} point{'' if question.points == 1 else 's'}"
    head = f"**{place} · {points}** · *tests: {tests}*"
    model = f'??? success "Model answer"\n{indented(answer(question))}'
    return "\n\n".join(part for part in (head, question.ask, choices(question), model) if part)


def answers(folder: Path) -> str:
    """The answers to those exercises that the lectures' own pages leave open."""
    parts: list[str] = []
    for lecture in decks.lectures(folder):
        path = folder / "exercises" / f"{lecture}.md"
        if path.is_file():
            parts += [f"## {decks.title(lecture)}", path.read_text(encoding="utf-8").strip()]
    return "\n\n".join(parts)


def plans(folder: Path) -> str:
    """Each lecture's plan in minutes, and what to discuss."""
    parts: list[str] = []
    for lecture in decks.lectures(folder):
        deck = decks.read(folder, lecture)
        parts += [f"### {decks.title(lecture)}", "\n".join(plan(deck))]
        prompts = [f"{1 + place}. {indented(p).strip()}" for place, p in enumerate(deck.discussion)]
        parts += ["**To discuss**", "\n".join(prompts)]
    return "\n\n".join(parts)


def plan(deck: decks.Deck) -> Iterator[str]:
    """The table of a lecture: from which minute to which, what, on how many slides."""
    named = decks.sections(deck.lecture)
    yield "| minutes | section | slides |"
    yield "|---|---|---|"
    start = 0
    for group in decks.grouped(deck.slides):
        end = start + sum(slide.minutes for slide in group)
        section = group[0].section
        address = f"lectures/{deck.lecture}.md#{section}" if section else ""
        what = f"[{named[section][0]}]({address})" if section else "Opening"
        yield f"| {start}–{end} | {what} | {'; '.join(slide.title for slide in group)} |"
        start = end
    yield f"| {start}–{deck.minutes} | Discussion | |"
