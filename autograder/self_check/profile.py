"""The data profile that a student's own check is on, where none is named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.judge import answer_key
from autograder.worker.cells import Cell
from course.data import PROFILES

# As in a notebook's first code cell.
LINE = re.compile(r"""^PROFILE\s*=\s*(["'])([\w-]+)\1""", re.MULTILINE)


def named_in(cells: Sequence[Cell]) -> str:
    """The profile that the cells name; of several lines the last counts. Empty for none."""
    found = [match[2] for cell in cells for match in LINE.finditer(cell.source)]
    return found[-1] if found else ""


def checked_on(assignment: str, named: object) -> str:
    """The profile that a notebook names where this copy of the course can check on it at once.

    A student's install can check on what the instructor chose for it, a checkout on every profile
    that needs no download. Where the notebook names another one, as for an experiment on MNIST, the
    check is on digits.
    """
    there = sorted(
        path.stem.removeprefix(f"{assignment}-") for path in answer_key.known_files(assignment)
    ) or [name for name, profile in PROFILES.items() if profile.read and not profile.files]
    if named in there:
        return str(named)
    return "digits" if "digits" in there else there[0]
