"""What became of the cells that hold the answers, and where the check cells stand.

Cells get lost, copied, split, or turned into text while a student works. Where it is clear what was
meant, the answer is judged and a note says what was taken for it; where it is not, the student is
asked to correct the notebook and hand it in again.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.catalog import Exercise
from autograder.errors import Malformed
from autograder.worker.cells import is_stub
from autograder.worker.syntax import parsed

TO_CODE = (
    "Select the cell, press Esc and then Y to make it a code cell again, run all cells, and hand "
    "in again."
)


@dataclass(frozen=True)
class Source:
    """One cell of a notebook as it was handed in.

    number: its place in the notebook, from 1. kind: "code", "markdown" or "raw". id: nbgrader's
    name of it, if it has one. check: whether it is a check cell, which the judge replaces.
    """

    number: int
    kind: str
    text: str
    id: str
    check: bool

    @classmethod
    def of(
        cls, number: int, cell: dict[str, Any], text: str, mark: dict[str, Any] | None
    ) -> Source:
        """The cell `number`, which bears nbgrader's `mark`, if any."""
        mark = mark or {}
        check = bool(mark.get("grade") and mark.get("locked"))
        kind = cell.get("cell_type")
        return cls(
            number, kind if isinstance(kind, str) else "", text, mark.get("grade_id", ""), check
        )

    @property
    def runs(self) -> bool:
        """Whether it holds code that the student may write."""
        return self.kind == "code" and not self.check


def defines(cell: Source, exercise: Exercise) -> set[str]:
    """The names of the exercise that a cell's text defines at its top level."""
    return {name for name in exercise.names if definition(name).search(cell.text)}


def untouched(cell: Source, exercise: Exercise) -> bool:
    """Whether a cell defines the exercise's names as stubs, as it was released."""
    tree = parsed(cell.text)
    own = [
        node for node in (tree.body if tree else ()) if getattr(node, "name", "") in exercise.names
    ]
    return bool(own) and all(map(is_stub, own))


def is_last_alone(cells: Sequence[Source], exercise: Exercise) -> bool:
    """Whether the last of the cells is the only one that is no longer as it was released."""
    *before, last = (untouched(cell, exercise) for cell in cells)
    return all(before) and not last


def definition(name: str) -> re.Pattern[str]:
    """Finds the definition of `name` at the top level of a text."""
    word = re.escape(name)
    return re.compile(
        rf"^(?:(?:async )?def|class)[ \t]+{word}\b|^{word}[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE
    )


def notes(file: str, cells: Sequence[Source], exercises: Sequence[Exercise]) -> list[str]:
    """What was taken for an answer where its cell is not as it was released.

    A notebook without any of nbgrader's marks (some editors drop them) is read as it is. Raises
    Malformed where the work has to be handed in again.
    """
    marked = any(cell.id for cell in cells)
    return [
        note for exercise in exercises for note in notes_of(file, cells, exercise, marked=marked)
    ]


def notes_of(
    file: str, cells: Sequence[Source], exercise: Exercise, *, marked: bool
) -> Iterator[str]:
    """The notes on one exercise. Raises Malformed where its answer cannot be judged."""
    own = [cell for cell in cells if cell.id == exercise.id]
    defining = [cell for cell in cells if cell.runs and defines(cell, exercise)]
    textual = [cell for cell in cells if cell.kind in ("markdown", "raw")]
    asides = [cell for cell in own or textual if cell in textual and defines(cell, exercise)]
    if asides and not defining:
        raise turned_into_text(file, exercise, asides[0])
    if not own and marked:
        if not defining:
            raise malformed(
                f"{file} has no cell `{exercise.id}`: it was deleted or renamed",
                "Start again from the released notebook and copy your answer into that cell.",
            )
        yield (
            f"The cell `{exercise.id}` was deleted or has lost its mark; what {listed(defining)} "
            f"says was judged."
        )
    if len(own) > 1 and is_last_alone(own, exercise):
        yield (
            f"The cell `{exercise.id}` is there {len(own)} times. All but the last are as they "
            f"were released, so what cell {own[-1].number} says was judged."
        )
        return
    if len(own) > 1:
        several = {name for cell in own for name in defines(cell, exercise) if count(own, name) > 1}
        if several or len({cell.text for cell in own}) < len(own):
            raise malformed(
                f"{file} has the cell `{exercise.id}` {len(own)} times ({listed(own)})",
                "Keep one of them, delete the others, and hand in again.",
            )
    if own and (rest := torn_off(cells, own)) is not None:
        raise malformed(
            f"the cell `{exercise.id}` of {file} was split in the middle of a function: cell "
            f"{rest.number} begins with indented lines",
            "Select both cells, join them with Shift+M, run all cells, and hand in again.",
        )
    if len(own) > 1:
        yield f"The cell `{exercise.id}` was split into {listed(own)}; all of them were run."


def turned_into_text(file: str, exercise: Exercise, cell: Source) -> Malformed:
    """The answer stands in a cell that is not run."""
    kind = {"markdown": "a Markdown cell", "raw": "a raw cell"}[cell.kind]
    return malformed(
        f"cell {cell.number} (`{exercise.id}`) of {file} is {kind}: its code is only text and is "
        f"never run",
        TO_CODE,
    )


def torn_off(cells: Sequence[Source], own: Sequence[Source]) -> Source | None:
    """The code cell behind an answer that continues a function of it, if there is one."""
    for before, cell in itertools.pairwise(cells):
        first = next((line for line in cell.text.splitlines() if line.strip()), "")
        if before in own and cell.runs and first[:1] in (" ", "\t"):
            return cell
    return None


def count(cells: Sequence[Source], name: str) -> int:
    """How many of the cells define `name`."""
    return sum(definition(name).search(cell.text) is not None for cell in cells)


def listed(cells: Sequence[Source]) -> str:
    """`cell 3`, or `cells 3 and 5`."""
    numbers = [str(cell.number) for cell in cells]
    if len(numbers) == 1:
        return f"cell {numbers[0]}"
    return f"cells {', '.join(numbers[:-1])} and {numbers[-1]}"


def above_checks(
    assignment: str, cells: Sequence[Source], exercises: Sequence[Exercise]
) -> dict[str, int]:
    """For each graded name, how many of the student's code cells stand above its check cell.

    A check cell that has lost its mark is known by its call of `check`. A name is left out whose
    exercise has no check cell: then all cells count.
    """
    found: dict[str, int] = {}
    for exercise in exercises:
        call = re.compile(
            rf"^check\(\s*[\"']{re.escape(assignment)}[\"']\s*,\s*(?:exercise\s*=\s*)?"
            rf"[\"']{re.escape(exercise.id)}[\"']",
            re.MULTILINE,
        )
        own = [
            i for i, cell in enumerate(cells) if cell.check and cell.id == f"check-{exercise.id}"
        ]
        calls = [i for i, cell in enumerate(cells) if cell.runs and call.search(cell.text)]
        if own or calls:
            last = max(own or calls)
            above = sum(cell.runs for cell in cells[: last + 1])
            found.update(dict.fromkeys(exercise.names, above))
    return found


def malformed(what: str, remedy: str) -> Malformed:
    """A FORMAT fault of an answer's cell."""
    return Malformed("a notebook with its answers in code cells", what, hint=remedy)
