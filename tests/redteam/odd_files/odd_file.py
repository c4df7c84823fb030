"""What an odd hand-in is, and the notebooks and scripts that the odd hand-ins are made from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redteam

ASSIGNMENT = "a3-fgsm"
NOTEBOOK = f"{ASSIGNMENT}.ipynb"
IDENTITY = redteam.base_source(ASSIGNMENT, "identity")
ANSWERS = ("fgsm", "attack_success_rate", "robustness_curve")


@dataclass(frozen=True)
class OddFile:
    """One odd hand-in: what it tries, and how it is written into `<student>/<assignment>/`."""

    write: Callable[[Path], None]
    statuses: frozenset[str]
    family: str = "files"
    assignment: str = ASSIGNMENT
    base: str = "identity"
    gains: str = ""

    @property
    def name(self) -> str:
        """The function's name, as in `files/deep_json`."""
        return f"files/{self.write.__name__}"

    @property
    def title(self) -> str:
        """The function's docstring."""
        return " ".join((self.write.__doc__ or "").split())

    def hand_in(self, student: Path) -> None:
        """Write it below a student's folder."""
        (student / self.assignment).mkdir(parents=True)
        self.write(student / self.assignment)


def found(*statuses: str, **options: str) -> Callable[[Callable[[Path], None]], OddFile]:
    """Make a function an odd hand-in for which grading may find these statuses."""
    return lambda write: OddFile(write, frozenset(statuses), **options)


def cell(source: object, name: str = "", **flags: Any) -> dict[str, Any]:
    """A code cell, with nbgrader's metadata if it has a name."""
    mark = {"grade_id": name, "grade": False, "solution": True, "locked": False, **flags}
    metadata = {"nbgrader": mark} if name else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": []}


def answers() -> list[dict[str, Any]]:
    """The three answer cells; the first has all the answers, the others are empty."""
    return [cell(IDENTITY if name == "fgsm" else "", name) for name in ANSWERS]


def save(folder: Path, cells: object, **more: object) -> None:
    """Write a notebook of these cells."""
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more}
    (folder / NOTEBOOK).write_text(json.dumps(content), encoding="utf-8")


def script(folder: Path, text: str, assignment: str = ASSIGNMENT) -> None:
    """Hand in a .py file."""
    (folder / f"{assignment}.py").write_text(text, encoding="utf-8")
