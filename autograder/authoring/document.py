"""Turns an authored text into the cells of its notebook, with answers, points and ids."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder import catalog
from autograder.authoring.cells import DIFFICULTIES, Card, Cell, read_card, read_text
from autograder.authoring.reference import Reference, bound_names, fill_stub
from course.errors import CourseError

ANSWER_STUB = "YOUR ANSWER HERE"  # nbgrader puts it in place of the notes for graders


@dataclass(frozen=True)
class Rendered:
    """One cell of the notebook: `text` with the solution, `stub` without.

    grading: nbgrader's metadata of the cell; None for a cell that nbgrader leaves alone.
    """

    cell_id: str
    is_code: bool
    text: str
    stub: str
    grading: dict[str, object] | None = None


@dataclass(frozen=True)
class Document:
    """A built text: its cells in order, and its entry in the list of assignments.

    title: the first heading. summary: the paragraph below it. minutes: the time that all exercises
    and questions take.
    """

    name: str
    title: str
    summary: str
    minutes: int
    cells: tuple[Rendered, ...]


def build_document(path: Path, root: Path) -> Document:
    """Turn one authored text, a file or a folder of parts, into the cells of its notebook.

    The code comes from the reference below `root`, titles and points from the catalog.

    Raises:
        CourseError: the text contradicts the catalog or the reference; the message says where.
    """
    name = path.stem
    cells = read_text(path)
    exercises = list(catalog.KNOWN[name].exercises) if name in catalog.KNOWN else []
    _check_order(cells, [exercise.id for exercise in exercises], path)
    _check_names(cells, root)
    title = next(iter(_headings(cells)), "")
    if exercises and not title.endswith(catalog.KNOWN[name].title):
        raise CourseError(f"{path}: the title {title!r} is not that of autograder/catalog.py")
    summary = next((c.text.split("\n\n")[1] for c in cells if c.text.count("\n\n")), "")
    cards = [read_card(cell) for cell in cells if cell.kind == "card"]
    rendered, ids = [], _Ids(name)
    for cell in cells:
        if cell.kind == "markdown":
            ids.enter_section(cell.text)
            text = fold(cell.text)
            rendered.append(Rendered(ids.next(), False, text, text))
        elif cell.kind == "card":
            number = [exercise.id for exercise in exercises].index(cell.name)
            text = _card_text(number, name, read_card(cell))
            rendered.append(Rendered(f"card-{cell.name}", False, text, text))
        elif cell.kind == "check":
            text = f'check("{name}", "{cell.name}")'
            grading = _check_grading(name, cell.name)
            rendered.append(Rendered(f"check-{cell.name}", True, text, text, grading))
        elif cell.kind == "stub":
            text = fill_stub(cell.text, Reference.read(root, cell.module), cell.where)
            rendered.append(Rendered(cell.name, True, text, cell.text, _grading(cell.name)))
        elif cell.kind == "given":
            text = Reference.read(root, cell.module).source_of(cell.name)
            rendered.append(Rendered(f"given-{cell.name.strip('_')}", True, text, text))
        elif cell.kind == "question":
            text = _question_text(name, cell)
            rendered.append(Rendered(f"question-{cell.name}", False, text, text))
        elif cell.kind == "answer":
            grading = _by_hand(name, cell.name)
            rendered.append(Rendered(cell.name, False, cell.text, ANSWER_STUB, grading))
        elif cell.kind == "data":
            text = _written_out(cell.name, cell.module)
            rendered.append(Rendered(f"data-{cell.name.lower()}", True, text, text))
        else:
            rendered.append(Rendered(ids.next(), True, cell.text, cell.text))
    minutes = sum(card.minutes for card in cards)
    minutes += sum(_question(cell)[0] for cell in cells if cell.kind == "question")
    return Document(name, title, summary, minutes, tuple(rendered))


def _headings(cells: Iterable[Cell]) -> list[str]:
    lines = (line for cell in cells if cell.kind == "markdown" for line in cell.text.splitlines())
    return [line.lstrip("# ") for line in lines if re.match(r"#+ ", line)]


class _Ids:
    """Ids made of a section's heading and a count, so that edits elsewhere do not change them."""

    def __init__(self, name: str) -> None:
        self.section, self.count = name, 0

    def enter_section(self, text: str) -> None:
        if headings := re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE):
            slug = re.sub(r"[^a-z0-9]+", "-", headings[0].lower()).strip("-")
            self.section, self.count = slug[:48].strip("-"), 0

    def next(self) -> str:
        self.count += 1
        return f"{self.section}-{self.count}"


def fold(text: str) -> str:
    """Put the lines below each line `>> Title` into a <details> element with that title."""
    head, *folds = re.split(r"^>> *(.+)$", text, flags=re.MULTILINE)
    parts = [head.strip("\n")]
    for title, body in zip(folds[::2], folds[1::2], strict=True):
        parts.append(
            f'<details markdown="1">\n<summary>{title.strip()}</summary>\n\n'
            f"{body.strip(chr(10))}\n\n</details>"
        )
    return "\n\n".join(part for part in parts if part)


def _card_text(number: int, assignment: str, card: Card) -> str:
    exercise = catalog.assignment(assignment).exercises[number]
    points = catalog.points(assignment)[exercise.id] or "none"
    dots = "●" * card.difficulty + "○" * (len(DIFFICULTIES) - card.difficulty)
    return (
        f"### Exercise {number + 1}: {exercise.title}\n\n"
        "| Write | Difficulty | Time | Points |\n|---|---|---|---|\n"
        f"| {', '.join(f'`{name}`' for name in exercise.names)} "
        f"| {dots} {DIFFICULTIES[card.difficulty - 1]} "
        f"| about {card.minutes} minutes | {points} |\n\n"
        f"**You need** {card.needs}\n\n**You get** {card.gets}"
    )


def _question(cell: Cell) -> tuple[int, str]:
    """The minutes that a question takes, and its text.

    Raises:
        CourseError: the first line does not give the minutes.
    """
    head, _, text = cell.text.partition("\n")
    if not (found := re.fullmatch(r"minutes: (\d+)", head)):
        raise CourseError(f"{cell.where}: a question begins with a line like `minutes: 15`")
    return int(found[1]), text.strip("\n")


def _question_text(assignment: str, cell: Cell) -> str:
    """A question under its heading, with its points and the words "by hand"."""
    minutes, text = _question(cell)
    questions = catalog.assignment(assignment).written
    number = [question.id for question in questions].index(cell.name)
    return (
        f"### Written answer {number + 1}: {questions[number].title}\n\n"
        "| Graded | Time | Points |\n|---|---|---|\n"
        f"| by hand | about {minutes} minutes | {questions[number].points} |\n\n{fold(text)}"
    )


def _by_hand(assignment: str, name: str) -> dict[str, object]:
    """nbgrader's metadata of an answer that a person grades."""
    worth = {question.id: question.points for question in catalog.assignment(assignment).written}
    return _grading(name, worth[name]) | {"solution": True, "locked": False}


def _written_out(name: str, module: str) -> str:
    """A dictionary of `solutions`, written out as a Python assignment."""
    entries = getattr(importlib.import_module(module), name).items()
    lines = [f"    {json.dumps(key)}: {value},\n" for key, value in entries]
    return f"{name} = {{\n{''.join(lines)}}}"


def _check_grading(assignment: str, exercise: str) -> dict[str, object]:
    """nbgrader's metadata of a check cell: with its points, or read-only in an extension."""
    grade_id = f"check-{exercise}"
    if assignment in catalog.EXTENSIONS:
        return {**_grading(grade_id), "solution": False, "locked": True}
    return _grading(grade_id, catalog.points(assignment)[exercise])


def _grading(grade_id: str, points: float | None = None) -> dict[str, object]:
    """nbgrader's metadata of an answer cell or, with points, of a check cell."""
    graded = points is not None
    metadata: dict[str, object] = {"grade": graded, "grade_id": grade_id, "locked": graded}
    metadata |= {"schema_version": 3, "solution": not graded, "task": False}
    return metadata | {"points": points} if graded else metadata


def _check_order(cells: list[Cell], exercises: list[str], path: Path) -> None:
    """Check that exercises and questions have their cells, in the order of the catalog.

    A stub that is no exercise gives the student a tool, without points.
    """
    for kind in ("card", "stub", "check"):
        found = [cell.name for cell in cells if cell.kind == kind]
        found = [name for name in found if kind != "stub" or name in exercises]
        if found != exercises:
            raise CourseError(
                f"{path}: {kind} cells are {found}, autograder/catalog.py has {exercises}"
            )
    questions = [q.id for q in catalog.KNOWN[path.stem].written] if exercises else []
    for kind in ("question", "answer"):
        found = [cell.name for cell in cells if cell.kind == kind]
        if found != questions:
            raise CourseError(
                f"{path}: {kind} cells are {found}, autograder/catalog.py has {questions}"
            )


def _check_names(cells: list[Cell], root: Path) -> None:
    """Check that the inserted code finds every name it uses, and that every given one is used."""
    bound, used = set(), set()
    for cell in cells:
        if cell.kind == "code":
            tree = ast.parse(cell.text)
            bound |= bound_names(tree.body)
            used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        elif cell.kind in ("given", "stub"):
            reference = Reference.read(root, cell.module)
            names = [cell.name] if cell.kind == "given" else None
            defined = names or sorted(bound_names(ast.parse(cell.text).body))
            needed = set().union(*(reference.free_names(name) for name in defined))
            bound |= set(defined)
            used |= needed
            if missing := sorted(needed - bound):
                raise CourseError(
                    f"{cell.where}: the reference uses {missing[0]}, which no earlier cell "
                    f"defines; {reference.advice(missing[0])}"
                )
        elif cell.kind == "data":
            bound.add(cell.name)
    for cell in cells:
        if cell.kind == "given" and cell.name not in used:
            raise CourseError(f"{cell.where}: nothing uses {cell.name}; take it out")
