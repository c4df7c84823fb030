"""The cells of an authored text: reading its jupytext file into typed cells and their cards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError

_CELL = re.compile(
    r"# %%(?P<markdown> \[markdown\])?"
    r"(?: (?P<kind>card|given|data|stub|check|question|answer): (?P<name>[\w-]+)"
    r"(?: from (?P<module>[\w.]+))?)?"
)


_DIFFICULTY = ("warm-up", "gentle", "moderate", "demanding", "hard")


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
class Card:
    """What a student knows about an exercise before starting it."""

    difficulty: int
    minutes: int
    needs: str
    gets: str


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
