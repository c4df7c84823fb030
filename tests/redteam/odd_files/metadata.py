"""Notebooks whose metadata claim other points, names and roles."""

from __future__ import annotations

import json
from pathlib import Path

import sample_class

from redteam.odd_files.odd_file import ASSIGNMENT, IDENTITY, answers, cell, found, save


@found("WRONG")
def points_raised(folder: Path) -> None:
    """Cells that say that they are worth a thousand points, and were graded already"""
    cells = [cell(IDENTITY, "fgsm", points=1000, grade=True, score=1000), *answers()[1:]]
    save(folder, [*cells, cell("", "free", points=1000, grade=True, solution=True)])


@found("FORMAT", "WRONG")
def answer_cell_twice(folder: Path) -> None:
    """Two cells with the same name"""
    save(folder, [*answers(), cell("x = 1", "fgsm")])


@found("FORMAT", "WRONG")
def answer_cell_renamed(folder: Path) -> None:
    """An answer cell under another name"""
    save(folder, [cell(IDENTITY, "fgsm_2"), *answers()[1:]])


@found("WRONG")
def answer_cell_locked(folder: Path) -> None:
    """An answer cell that says it is one of the judge's"""
    save(folder, [cell(IDENTITY, "fgsm", grade=True, locked=True), *answers()[1:]])


@found("WRONG")
def check_cells_changed(folder: Path) -> None:
    """The released notebook, its check cells emptied, deleted or made to text"""
    notebook = json.loads(sample_class.released(ASSIGNMENT))
    cells = []
    for number, released in enumerate(notebook["cells"]):
        mark = released["metadata"].get("nbgrader", {})
        if mark.get("grade_id") == "fgsm":
            released["source"] = IDENTITY
        elif mark.get("grade") and number % 2:
            continue
        elif mark.get("grade"):
            released.update(cell_type="markdown", source="passed")
        cells.append(released)
    save(folder, cells)


@found("WRONG", "CRASH")
def commands_and_magics(folder: Path) -> None:
    """Shell commands and magics that change files, at the top level and in an answer"""
    lines = ["!touch /tmp/pwned", "%run -i x.py", "%load_ext autoreload", "%env SCORE=20"]
    call = "def fgsm(model, images, labels, epsilon):\n    !touch /tmp/pwned\n    return images\n"
    shell = cell("%%bash\ntouch /tmp/pwned")
    save(folder, [*answers(), *map(cell, lines), shell, cell(call)])
