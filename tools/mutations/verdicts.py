"""Surviving mutants, each with a verdict: it does the same as the answer, or the checks miss it.

Why a mutant does the same is written by hand in `equivalent.yml`, and only there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from mutants import ROOT

from autograder.files import write_atomically

EQUIVALENT, HOLE = "equivalent", "hole"
RESULTS = ROOT / "tests" / "results" / "blind_mutants.json"
REASONS = Path(__file__).with_name("equivalent.yml")
Key = tuple[str, str, str]  # assignment, function or other name, mutation in words


@dataclass(frozen=True)
class Survivor:
    """One mutant that every check passed; `reason` is empty for a hole."""

    assignment: str
    name: str
    mutation: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class Tally:
    """The outcomes of one assignment's mutants. `remarked` ones fail only checks without points."""

    assignment: str
    mutants: int
    killed: int
    remarked: int
    equivalent: int
    holes: int
    grader: str

    @property
    def cells(self) -> list[str]:
        """The numbers of a table's row."""
        numbers = (self.mutants, self.killed, self.remarked, self.equivalent, self.holes)
        return [str(number) for number in numbers]


HEADS = ("mutants", "lose points", "only remarked", "does the same", "holes")


@cache
def reasons() -> dict[Key, str]:
    """The reason why each mutant of the table does the same as the answer."""
    table = yaml.safe_load(REASONS.read_text(encoding="utf-8"))
    return {
        (assignment, name, mutation): group["reason"]
        for assignment, names in table.items()
        for name, groups in names.items()
        for group in groups
        for mutation in group["mutations"]
    }


def survivor(key: Key) -> Survivor:
    """A survivor with its verdict."""
    reason = reasons().get(key, "")
    return Survivor(*key, EQUIVALENT if reason else HOLE, reason)


# --- the committed file ---------------------------------------------------------------------------


def write(tallies: Iterable[Tally], survivors: Iterable[Survivor], path: Path = RESULTS) -> None:
    """Write both as JSON, one on each line, so that a change can be read as one."""

    def lines(found: Iterable[Any]) -> str:
        return ",\n".join(json.dumps(asdict(each), ensure_ascii=False) for each in found)

    parts = f'"tallies": [\n{lines(tallies)}\n],\n"survivors": [\n{lines(survivors)}\n]'
    write_atomically(path, "{\n" + parts + "\n}\n")


def read(path: Path = RESULTS) -> tuple[list[Tally], list[Survivor]]:
    """The rows that `write` wrote; nothing where there is no such file."""
    if not path.is_file():
        return [], []
    content = json.loads(path.read_text(encoding="utf-8"))
    tallies = [Tally(**each) for each in content["tallies"]]
    return tallies, [Survivor(**each) for each in content["survivors"]]


def table(rows: Sequence[tuple[str, Tally]], first: str) -> list[str]:
    """Lines of a table in Markdown, one for each title and tally."""
    lines = [f"| {' | '.join((first, *HEADS))} |", "|---" + "|---:" * len(HEADS) + "|"]
    return lines + [f"| {' | '.join((title, *tally.cells))} |" for title, tally in rows]
