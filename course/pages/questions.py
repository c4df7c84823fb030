"""Questions of the lectures, read from `teaching/`: one home for pages, slides and exams.

A file of questions belongs to one lecture and lists, under `predict`, `check` or `exam`, questions
of three kinds: with choices, with a number, or open, with an answer in words. This module reads
and checks them; `course.pages.teaching` writes them into pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from course.errors import CourseError

LETTERS = "ABCDEFGH"
FIELDS = {"id", "ask", "choices", "number", "within", "unit", "why", "mistakes", "answer"}
EXAM_FIELDS = FIELDS | {"points", "outcome"}


@dataclass(frozen=True)
class Choice:
    """One possible answer, and the reason why it is right or wrong."""

    text: str
    why: str
    right: bool


@dataclass(frozen=True)
class Mistake:
    """A wrong number that people get, and its cause."""

    number: float
    why: str


@dataclass(frozen=True)
class Question:
    """A question with choices, with a number, or, if it has neither, one that is open.

    `why` is the reason of a number, and the whole answer of an open question. A typed number is
    right if it differs from `number` by at most `within`. `points` and `outcome` (which of the
    lecture's "After this page you can", from 1) are those of an exam, and 0 elsewhere.
    """

    lecture: str
    id: str
    ask: str
    why: str
    choices: tuple[Choice, ...] = ()
    number: float | None = None
    within: float = 0.0
    unit: str = ""
    mistakes: tuple[Mistake, ...] = ()
    points: int = 0
    outcome: int = 0

    @property
    def right(self) -> int:
        """The place of the right choice, from 0."""
        return next(place for place, choice in enumerate(self.choices) if choice.right)

    @property
    def kind(self) -> str:
        """`choice`, `number` or `open`."""
        return "choice" if self.choices else "open" if self.number is None else "number"


def read(folder: Path, lecture: str, use: str) -> list[Question]:
    """The questions of a lecture for one use: `predict`, `check`, or `exam`.

    Raises CourseError where there is no such file, or a question is not one.
    """
    path = folder / ("exam" if use == "exam" else "questions") / f"{lecture}.yml"
    if not path.is_file():
        raise CourseError(f"there are no questions for the lecture {lecture!r}: {path} is missing")
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [question(lecture, use, values, path) for values in found.get(use, [])]


def question(lecture: str, use: str, values: Mapping[str, Any], path: Path) -> Question:
    """One question from what its file says.

    Raises CourseError where a field is missing or unknown, or there is not one right choice.
    """
    name = f"{path}, question {values.get('id')!r}"
    if unknown := set(values) - (EXAM_FIELDS if use == "exam" else FIELDS):
        raise CourseError(f"{name}: unknown field {sorted(unknown)[0]!r}")
    if not values.get("id") or not values.get("ask"):
        raise CourseError(f"{name}: needs `id` and `ask`")
    choices = tuple(choice(each, name) for each in values.get("choices", []))
    if choices and [each.right for each in choices].count(True) != 1:
        raise CourseError(f"{name}: needs exactly one right choice")
    why = str(values.get("answer") or values.get("why") or "").strip()
    if not choices and not why:
        raise CourseError(f"{name}: needs `why` beside a number, or `answer`")
    number = values.get("number")
    return Question(
        lecture=lecture,
        id=str(values["id"]),
        ask=str(values["ask"]).strip(),
        why=why,
        choices=choices,
        number=None if number is None else float(number),
        within=float(values.get("within", 0)),
        unit=str(values.get("unit", "")),
        mistakes=mistakes(values.get("mistakes", [])),
        points=int(values.get("points", 0)),
        outcome=int(values.get("outcome", 0)),
    )


def choice(values: Mapping[str, str], name: str) -> Choice:
    """A choice from `right` or `wrong`, and `why`."""
    if set(values) not in ({"right", "why"}, {"wrong", "why"}):
        raise CourseError(f"{name}: a choice has `right` or `wrong`, and `why`")
    right = "right" in values
    return Choice(
        str(values["right" if right else "wrong"]).strip(), str(values["why"]).strip(), right
    )


def mistakes(values: Sequence[Mapping[str, Any]]) -> tuple[Mistake, ...]:
    """Known wrong numbers with their reasons."""
    return tuple(Mistake(float(each["number"]), str(each["why"]).strip()) for each in values)
