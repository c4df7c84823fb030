"""The sample class: what its students handed in for each assignment, and what that must earn.

One small file for each hand-in, `<assignment>/<name>.py`. The first sentence of its docstring says
what the student did. Below it stands what grading must find, every line only where it is needed:

    student: o'neill, aoife                 if it is not the name of the file
    status: CRASH                           if it is neither OK nor, with a lost point, WRONG
    loses: fgsm_stays_in_range, ...         the checks that fail; skipped ones are left out
    saved as: script                        or: notebook with BOM, notebook with CRLF

No score is written down: it is the sum of the checks that are not lost. After the docstring come
the cells, in py:percent: `# %% fgsm` fills the exercise cell of that name in the
released notebook, and a plain `# %%` is a cell of the student's own, put where it stands here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions
from traitlets.config.loader import PyFileConfigLoader

from autograder import catalog
from autograder.catalog import Check
from autograder.report.results import Result

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
FIELDS = {"student", "status", "loses", "saved as"}
SAVED = ("notebook", "notebook with BOM", "notebook with CRLF", "script")


@dataclass(frozen=True)
class HandIn:
    """One student's work on one assignment, and what grading must find."""

    path: Path
    assignment: str
    student: str
    title: str
    status: str
    loses: frozenset[str]
    saved_as: str
    cells: tuple[tuple[str, str], ...]  # name of the exercise cell or "", and the source

    @property
    def score(self) -> float:
        """The points of all checks but those that are lost, or skipped because of a lost one."""
        checks = catalog.checks(self.assignment)
        lost = with_skipped(checks, self.loses)
        return sum(check.max_points for check in checks if check.name not in lost)


def with_skipped(checks: Sequence[Check], loses: Set[str]) -> set[str]:
    """The checks that fail, and those that are skipped because of them."""
    lost = set(loses)
    for check in checks:  # a check comes after the one that it needs
        if check.needs in lost:
            lost.add(check.name)
    return lost


def hand_ins(assignment: str | None = None) -> list[HandIn]:
    """Everything that was handed in, or all for one assignment, by assignment and student."""
    assignments = catalog.ASSIGNMENTS if assignment is None else [assignment]
    read = [read_hand_in(path) for name in assignments for path in (FOLDER / name).glob("*.py")]
    return sorted(read, key=lambda work: (work.assignment, work.student))


def read_hand_in(path: Path) -> HandIn:
    """Read one file. Raises ValueError, with the place, for a header that is not as it must be."""
    text = path.read_text(encoding="utf-8")
    head, *parts = re.split(r"^# %%(.*)\n", text, flags=re.MULTILINE)
    title, _, lines = (ast.get_docstring(ast.parse(head)) or "").partition("\n")
    fields = dict(re.findall(r"^([a-z ]+): *(.+(?:\n .+)*)", lines, flags=re.MULTILINE))
    loses = frozenset(re.findall(r"\w+", fields.get("loses", "")))
    saved_as = fields.get("saved as", "notebook")
    names = {exercise.id for exercise in catalog.assignment(path.parent.name).exercises}
    cells = tuple(zip(map(str.strip, parts[::2]), map(plain, parts[1::2]), strict=True))
    checks = catalog.checks(path.parent.name)
    known = {check.name for check in checks}
    marked = {check.name for check in checks if check.max_points}
    wrong = ({name for name, _ in cells} - names - {""}) | (loses - known)
    if not title or fields.keys() - FIELDS or wrong or saved_as not in SAVED:
        raise ValueError(f"{path}: header {fields}, unknown cells or checks {wrong or 'none'}")
    return HandIn(
        path,
        path.parent.name,
        fields.get("student", path.stem),
        title.rstrip("."),
        fields.get("status", "WRONG" if with_skipped(checks, loses) & marked else "OK"),
        loses,
        saved_as,
        cells,
    )


def plain(source: str) -> str:
    """A cell as the student typed it: py:percent keeps magics in comments."""
    return re.sub(r"^# (?=[%!]\w)", "", source, flags=re.MULTILINE).strip("\n")


# --- handing in ----------------------------------------------------------------------------------


def hand_in(work: HandIn, folder: Path) -> Path:
    """Write the work into nbgrader's submitted layout below `folder`; returns the file."""
    target = folder / work.student / work.assignment / work.assignment
    target.parent.mkdir(parents=True, exist_ok=True)
    if work.saved_as == "script":
        target = target.with_suffix(".py")
        target.write_bytes("\n\n".join(source for _, source in work.cells).encode() + b"\n")
        return target
    newline = "\r\n" if work.saved_as.endswith("CRLF") else "\n"
    text = nbformat.writes(answered(work, newline))
    target = target.with_suffix(".ipynb")
    encoding = "utf-8-sig" if work.saved_as.endswith("BOM") else "utf-8"
    target.write_bytes(text.replace("\n", newline).encode(encoding))
    return target


def answered(work: HandIn, newline: str = "\n") -> NotebookNode:
    """The released notebook with the student's cells in it."""
    notebook = nbformat.reads(released(work.assignment), as_version=4)
    place = {mark: n for n, mark in enumerate(map(grade_id, notebook.cells)) if mark}
    fresh: dict[int, list[NotebookNode]] = {}
    waiting: list[NotebookNode] = []
    for number, (name, source) in enumerate(work.cells, start=1):
        source = source.replace("\n", newline)  # noqa: PLW2901
        if not name:
            waiting.append(nbformat.v4.new_code_cell(source, id=f"own-{number}"))
            continue
        notebook.cells[place[name]].source = source
        fresh[place[name]], waiting = waiting, []
    notebook.cells = [*woven(notebook.cells, fresh), *waiting]
    return notebook


def woven(
    cells: list[NotebookNode], fresh: dict[int, list[NotebookNode]]
) -> Iterator[NotebookNode]:
    """The cells of the release, with the student's own in front of those they belong to."""
    for number, cell in enumerate(cells):
        yield from fresh.get(number, [])
        yield cell


def grade_id(cell: NotebookNode) -> str:
    """nbgrader's name for a cell, or nothing."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


@cache
def released(assignment: str) -> str:
    """The notebook as students get it: the built one, cleared by nbgrader."""
    path = ROOT / "assignments" / "source" / assignment / f"{assignment}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    config = PyFileConfigLoader("nbgrader_config.py", str(ROOT / "assignments")).load_config()
    cleared, _ = ClearSolutions(config=config).preprocess(notebook, {})
    return str(nbformat.writes(cleared))


# --- what grading found --------------------------------------------------------------------------


def differences(work: HandIn, result: Result) -> list[str]:
    """Where a result is not what the header says, in words; empty when all of it is."""
    lost = {check.name for check in result.checks if check.status not in ("OK", "SKIP")}
    found = []
    if result.status != work.status:
        found.append(f"status {result.status}, expected {work.status}: {' '.join(result.notes)}")
    if result.score != work.score:
        found.append(f"score {result.score}, expected {work.score:g}")
    if lost - work.loses:
        found.append(f"does not pass, but should: {', '.join(sorted(lost - work.loses))}")
    if work.loses - lost:
        found.append(f"passes, but should not: {', '.join(sorted(work.loses - lost))}")
    return found
