"""Builds what is handed out from what is authored: the notebooks in `assignments/source/` and the
pages in `site/assignments/`, each from one text in `assignments/authored/` and from `solutions/`.

The authored format is py:percent (it opens in JupyterLab with jupytext, VS Code and Spyder). The
title of a cell says what it is; `assignments/README.md` describes it for authors:

    # %%                                   code, as it stands
    # %% [markdown]                        text; a line `>> Title` folds what follows
    # %% [markdown] card: fgsm             difficulty, minutes, needs, gets of an exercise
    # %% given: name from solutions.fgsm   a function of the reference, shown to the student
    # %% data: NAME from solutions.x       a dictionary, written out
    # %% stub: fgsm from solutions.fgsm    signature, docstring, steps; the body is filled in
    # %% check: fgsm                       the graded cell
    # %% [markdown] question: report       answered in words; begins with `minutes: 15`
    # %% [markdown] answer: report         what graders read, and students fill in their own
"""

import argparse
import ast
import importlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder import catalog
from autograder.reference import Reference, bound_names, fill_stub
from course.errors import CourseError

_CELL = re.compile(
    r"# %%(?P<markdown> \[markdown\])?"
    r"(?: (?P<kind>card|given|data|stub|check|question|answer): (?P<name>[\w-]+)"
    r"(?: from (?P<module>[\w.]+))?)?"
)
_DIFFICULTY = ("warm-up", "gentle", "moderate", "demanding", "hard")
ANSWER_STUB = "YOUR ANSWER HERE"  # nbgrader puts it in place of what only graders read
_EDIT_ELSEWHERE = "<!-- Built by `autograder build` from {path}: edit that file. -->"


@dataclass(frozen=True)
class Cell:
    """One authored cell: `kind` is markdown, code, card, given, data, stub, check, question or
    answer."""

    kind: str
    text: str
    line: int
    name: str = ""
    module: str = ""


@dataclass(frozen=True)
class Rendered:
    """One cell as the reader meets it; `stub` is what stands there before it is solved."""

    cell_id: str
    is_code: bool
    text: str
    stub: str
    grading: dict[str, object] | None = None


@dataclass(frozen=True)
class Card:
    """What a student knows about an exercise before starting it."""

    difficulty: int
    minutes: int
    needs: str
    gets: str


@dataclass(frozen=True)
class Document:
    """A built text: its cells in order, its title (the first heading), the time its cards ask."""

    name: str
    title: str
    summary: str
    minutes: int
    cells: tuple[Rendered, ...]


# --- reading ----------------------------------------------------------------------------------


def read_cells(path: Path) -> list[Cell]:
    """Split an authored py:percent file into cells.

    Raises:
        CourseError: text before the first cell, or a cell title that means nothing.
    """
    cells: list[Cell] = []
    match: re.Match[str] | None = None
    start, lines = 0, []
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), "# %%"], 1):
        if not line.startswith("# %%"):
            if match is None and line.strip() and not line.startswith("# ruff:"):
                raise CourseError(f"{path}:{number}: text before the first cell (`# %%`)")
            lines.append(line)
            continue
        if match is not None:
            cells.append(_cell(match, start, lines))
        match, start, lines = _CELL.fullmatch(line.rstrip()), number, []
        if match is None:
            raise CourseError(f"{path}:{number}: cell title not understood: {line!r}")
    return cells


def _cell(match: re.Match[str], line: int, lines: list[str]) -> Cell:
    if match["markdown"]:
        lines = [text.removeprefix("#").removeprefix(" ") for text in lines]
    kind = match["kind"] or ("markdown" if match["markdown"] else "code")
    text = "\n".join(lines).strip("\n")
    return Cell(kind, text, line, match["name"] or "", match["module"] or "")


def read_card(cell: Cell, where: str) -> Card:
    """Read the `key: value` lines of a card; an indented line continues the one above."""
    fields = {
        key.strip(): " ".join(value.split())
        for key, _, value in (
            entry.partition(":") for entry in re.split(r"\n(?=\S)", cell.text) if entry.strip()
        )
    }
    if sorted(fields) != ["difficulty", "gets", "minutes", "needs"]:
        raise CourseError(f"{where}: a card has difficulty, minutes, needs and gets")
    return Card(int(fields["difficulty"]), int(fields["minutes"]), fields["needs"], fields["gets"])


# --- one text ---------------------------------------------------------------------------------


def build_document(path: Path, root: Path) -> Document:
    """Turn one authored text into cells, with the reference code put in its place.

    Raises:
        CourseError: the text and the catalog or the reference disagree; says where.
    """
    name = path.stem
    cells = read_cells(path)
    exercises = list(catalog.KNOWN[name].exercises) if name in catalog.KNOWN else []
    _check_order(cells, [exercise.id for exercise in exercises], path)
    _check_names(cells, root, path)
    title = next(iter(_headings(cells)), "")
    if exercises and not title.endswith(catalog.KNOWN[name].title):
        raise CourseError(f"{path}: the title {title!r} is not that of autograder/catalog.py")
    summary = next((c.text.split("\n\n")[1] for c in cells if c.text.count("\n\n")), "")
    cards = [read_card(c, f"{path}:{c.line}") for c in cells if c.kind == "card"]
    rendered, ids = [], _Ids(name)
    for cell in cells:
        where = f"{path}:{cell.line}"
        if cell.kind == "markdown":
            ids.enter_section(cell.text)
            text = fold(cell.text)
            rendered.append(Rendered(ids.next(), False, text, text))
        elif cell.kind == "card":
            number = [exercise.id for exercise in exercises].index(cell.name)
            text = _card_text(number, name, read_card(cell, where))
            rendered.append(Rendered(f"card-{cell.name}", False, text, text))
        elif cell.kind == "check":
            text = f'check("{name}", "{cell.name}")'
            grading = _check_grading(name, cell.name)
            rendered.append(Rendered(f"check-{cell.name}", True, text, text, grading))
        elif cell.kind == "stub":
            text = fill_stub(cell.text, Reference.read(root, cell.module), where)
            rendered.append(Rendered(cell.name, True, text, cell.text, _grading(cell.name)))
        elif cell.kind == "given":
            text = Reference.read(root, cell.module).source_of(cell.name)
            rendered.append(Rendered(f"given-{cell.name.strip('_')}", True, text, text))
        elif cell.kind == "question":
            text = _question_text(name, cell, where)
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
    minutes += sum(_question(c, f"{path}:{c.line}")[0] for c in cells if c.kind == "question")
    return Document(name, title, summary, minutes, tuple(rendered))


def _headings(cells: Iterable[Cell]) -> list[str]:
    lines = (line for cell in cells if cell.kind == "markdown" for line in cell.text.splitlines())
    return [line.lstrip("# ") for line in lines if re.match(r"#+ ", line)]


class _Ids:
    """Cell ids that name the section they stand in, so that an edit elsewhere leaves them alone."""

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
    """Put what follows each line `>> Title` into a <details> of that title."""
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
    dots = "●" * card.difficulty + "○" * (len(_DIFFICULTY) - card.difficulty)
    return (
        f"### Exercise {number + 1}: {exercise.title}\n\n"
        "| Write | Difficulty | Time | Points |\n|---|---|---|---|\n"
        f"| {', '.join(f'`{name}`' for name in exercise.names)} "
        f"| {dots} {_DIFFICULTY[card.difficulty - 1]} "
        f"| about {card.minutes} minutes | {points} |\n\n"
        f"**You need** {card.needs}\n\n**You get** {card.gets}"
    )


def _question(cell: Cell, where: str) -> tuple[int, str]:
    """The minutes that a question takes, and its text."""
    head, _, text = cell.text.partition("\n")
    if not (found := re.fullmatch(r"minutes: (\d+)", head)):
        raise CourseError(f"{where}: a question begins with a line like `minutes: 15`")
    return int(found[1]), text.strip("\n")


def _question_text(assignment: str, cell: Cell, where: str) -> str:
    """A question under its heading, with what it is worth and that a person grades it."""
    minutes, text = _question(cell, where)
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
    """A dictionary of `solutions`, as the statement that gives it to the student."""
    entries = getattr(importlib.import_module(module), name).items()
    lines = [f"    {json.dumps(key)}: {value},\n" for key, value in entries]
    return f"{name} = {{\n{''.join(lines)}}}"


def _check_grading(assignment: str, exercise: str) -> dict[str, object]:
    """nbgrader's metadata of a check cell: with its points, or for an extension read-only."""
    grade_id = f"check-{exercise}"
    if assignment in catalog.EXTENSIONS:
        return {**_grading(grade_id), "solution": False, "locked": True}
    return _grading(grade_id, catalog.points(assignment)[exercise])


def _grading(grade_id: str, points: float | None = None) -> dict[str, object]:
    """nbgrader's cell metadata: an answer to be graded elsewhere, or (with points) a check."""
    graded = points is not None
    metadata: dict[str, object] = {"grade": graded, "grade_id": grade_id, "locked": graded}
    metadata |= {"schema_version": 3, "solution": not graded, "task": False}
    return metadata | {"points": points} if graded else metadata


def _check_order(cells: list[Cell], exercises: list[str], path: Path) -> None:
    """Each exercise has its three cells; a stub of another name is a tool without points."""
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


def _check_names(cells: list[Cell], root: Path, path: Path) -> None:
    """Every name that the inserted code uses must be there, and nothing is given for nothing."""
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
                    f"{path}:{cell.line}: the reference uses {missing[0]}, which no earlier cell "
                    f"defines; {reference.advice(missing[0])}"
                )
        elif cell.kind == "data":
            bound.add(cell.name)
    for cell in cells:
        if cell.kind == "given" and cell.name not in used:
            raise CourseError(f"{path}:{cell.line}: nothing uses {cell.name}; take it out")


# --- what is written --------------------------------------------------------------------------


def notebook_text(document: Document) -> str:
    """The source notebook (nbformat 4.5), the same bytes every time."""
    cells: list[dict[str, object]] = []
    for cell in document.cells:
        metadata = {"nbgrader": cell.grading} if cell.grading else {}
        content: dict[str, object] = {
            "cell_type": "code" if cell.is_code else "markdown",
            "id": cell.cell_id,
            "metadata": metadata,
            "source": cell.text.splitlines(keepends=True),
        }
        cells.append(content | ({"execution_count": None, "outputs": []} if cell.is_code else {}))
    ids = [cell.cell_id for cell in document.cells]
    if twice := sorted({cell_id for cell_id in ids if ids.count(cell_id) > 1}):
        raise CourseError(f"{document.name}: two cells have the id {twice[0]}; rename a heading")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def page_text(document: Document, authored: str) -> str:
    """The same text as a page of the site: stubs where the notebook has solutions."""
    parts = [_EDIT_ELSEWHERE.format(path=authored)]
    parts += [f"```python\n{c.stub}\n```" if c.is_code else c.stub for c in document.cells]
    return "\n\n".join(parts) + "\n"


def index_text(documents: list[Document], introduction: str, authored: str) -> str:
    """The lists, put where the introduction says `{assignments}` and `{extensions}`."""
    rows = ["| Assignment | What you do | Exercises | Time | Points |", "|---|---|---|---|---|"]
    others = ["| Extension | What you do | Exercises | Time |", "|---|---|---|---|"]
    for document in documents:
        points = catalog.points(document.name)
        row = (
            f"| [{document.title}]({document.name}.md) | {' '.join(document.summary.split())} "
            f"| {len(points)} | about {document.minutes} minutes |"
        )
        if document.name in catalog.EXTENSIONS:
            others.append(row)
        else:
            by_hand = catalog.assignment(document.name).by_hand
            more = f" + {by_hand} by hand" if by_hand else ""
            rows.append(f"{row} {sum(points.values()):g}{more} |")
    text = introduction.replace("{assignments}", "\n".join(rows))
    text = text.replace("{extensions}", "\n".join(others))
    return f"{_EDIT_ELSEWHERE.format(path=authored)}\n\n{text.strip()}\n"


def built_files(root: Path) -> dict[Path, str]:
    """Every file the authored texts make, and what it must contain; nothing is written."""
    authored = root / "assignments" / "authored"
    texts = [*sorted(authored.glob("*.py")), *sorted(authored.glob("extensions/*.py"))]
    if not texts:
        raise CourseError(f"no authored assignments in {authored}; run this in a checkout")
    source, pages = root / "assignments" / "source", root / "site" / "assignments"
    files: dict[Path, str] = {}
    documents = []
    for path in texts:
        document = build_document(path, root)
        if path.stem not in catalog.KNOWN:  # header.py: nbgrader puts it above every release
            files[source / f"{path.stem}.ipynb"] = notebook_text(document)
            continue
        documents.append(document)
        files[source / path.stem / f"{path.stem}.ipynb"] = notebook_text(document)
        name = path.relative_to(root).as_posix()
        files[pages / f"{path.stem}.md"] = page_text(document, name)
    index = authored / "index.md"
    files[pages / "index.md"] = index_text(
        documents, index.read_text(encoding="utf-8"), index.relative_to(root).as_posix()
    )
    return files


def stale_files(root: Path) -> list[Path]:
    """What `autograder build` would change, and what no authored text makes any more."""
    files = built_files(root)
    stale = [p for p, text in files.items() if not p.is_file() or p.read_bytes() != text.encode()]
    found = [*root.glob("assignments/source/**/*.ipynb"), *root.glob("site/assignments/*.md")]
    return sorted([*stale, *(path for path in found if path not in files)])


def build_command(args: argparse.Namespace) -> int:
    """Write every built file, or with `--check` name those that are not as they should be."""
    root: Path = args.root.resolve()
    if args.check:
        stale = stale_files(root)
        for path in stale:
            print(f"stale: {path.relative_to(root)}")
        print("run: autograder build" if stale else "notebooks and pages are up to date")
        return 1 if stale else 0
    files = built_files(root)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    print(f"built {len(files)} files in assignments/source and site/assignments")
    return 0


def add_build_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `autograder build [--check]`."""
    parser = subparsers.add_parser("build", help="notebooks and pages from the authored texts")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if any differ")
    checkout = Path(__file__).resolve().parent.parent
    parser.add_argument("--root", type=Path, default=checkout, help="the checkout (this one)")
    parser.set_defaults(run=build_command)
