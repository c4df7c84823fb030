"""Loading a hand-in: its cells are parsed, cut down to what is needed, and run.

Facts about it that help the student are collected as remarks: plain data that the judge puts into
words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.worker.cells import Cell, is_stub, python_source, remember_source
from autograder.worker.reports import report
from autograder.worker.running import Notebook, near_misses, write_file
from autograder.worker.slicing import (
    Slice,
    Statement,
    needed,
    statements,
    without_stubs,
)
from autograder.worker.syntax import DEFINITIONS

MOST_REMARKS = 20


class Loaded:
    """The cells of one hand-in in a namespace, once `run` has run them."""

    def __init__(self, cells: Sequence[Cell], namespace: dict[str, Any]) -> None:
        self.cells = cells
        self.titles = {cell.title for cell in cells}
        self.errors: list[dict[str, Any]] = []
        self.notebook = Notebook(namespace, self.note_error)
        self.above: Mapping[str, int] = {}
        self.names: Sequence[str] = ()
        self.code: list[Statement] = []
        self.stubs: list[Statement] = []  # the stubs that do not count
        self.written: dict[int, list[Statement]] = {}  # of cells that write a file, by place
        self.unread: list[Cell] = []

    def run(self, names: Sequence[str], above: Mapping[str, int], *, whole: bool) -> dict[str, Any]:
        """Run what `names` depend on, or the whole notebook; say which cells failed, which names
        are there, and which may depend on what was left out."""
        self.names, self.above = names, above
        self.parse()
        bound = set().union(*(item.binds for item in self.code))
        # A name that no statement binds may be built by a package: then run all, unless it is plain
        # that the cell which defines it cannot be parsed.
        whole = whole or (not bound.issuperset(names) and not self.errors)
        plan = needed(self.code, names, above)
        if whole:
            last = max((above.get(name, len(self.cells)) for name in names), default=0)
            others = {i for i, item in enumerate(self.code) if item.place < last}
            plan.cautious, plan.unsure = others - plan.needed, set()
        self.notebook.run(self.code, plan, [self.limit(name) for name in names])
        if self.notebook.skipped:
            plan.unsure.update(names)
        present = [name for name in names if self.is_there(name)]
        return {
            "errors": self.errors,
            "present": present,
            "unsure": sorted(plan.unsure),
            "remarks": list(self.remarks(plan, present))[:MOST_REMARKS],
        }

    def parse(self) -> None:
        """Read the cells as statements; those that cannot be read are errors."""
        code: list[Statement] = []
        for place, cell in enumerate(self.cells):
            try:
                source = python_source(cell.source)
                remember_source(cell, source)
                code += statements(cell, source, place)
                if (text := write_file(cell.source)) is not None:
                    self.written[place] = statements(cell, "#\n" + python_source(text), place)
            except Exception as error:  # the parser has many ways to fail: RecursionError, ...
                self.unread.append(cell)
                if isinstance(error, SyntaxError) and error.lineno is not None:
                    error.lineno += cell.first_line - 1
                self.note_error(error, cell)
        bound = set().union(*(item.binds for item in code))
        for place in self.written:
            if bound.isdisjoint(self.defined_in(place)) and self.defined_in(place):
                code += self.written[place]
        code.sort(key=lambda item: item.place)
        self.code = without_stubs(code)
        counted = set(map(id, self.code))
        self.stubs = [item for item in code if id(item) not in counted]

    def defined_in(self, place: int) -> set[str]:
        """The graded names that the text of a `%%writefile` cell defines."""
        return {name for item in self.written[place] for name in item.binds} & {*self.names}

    def limit(self, name: str) -> int:
        """The number of cells above the check cell of a graded name."""
        return self.above.get(name, len(self.cells))

    def turn_to(self, name: str) -> None:
        """Bind the names as the check cell of `name` would have found them, if `name` is graded."""
        if name in self.names:
            self.notebook.turn_to(self.limit(name))

    def is_there(self, name: str) -> bool:
        """Whether `name` is bound at its own check."""
        return name in self.notebook.moments.get(self.limit(name), ())

    def note_error(self, error: BaseException, cell: Cell) -> None:
        """Keep an error of loading."""
        self.errors.append(self.reported(error, cell.title))

    def reported(self, error: BaseException, running: str | None = None) -> dict[str, Any]:
        """An error as data; `running` is the cell that was being run."""
        others = {name for item in self.code for name in item.binds}
        found = report(error, self.notebook.namespace, self.titles, running, others=others)
        if isinstance(error, NameError) and isinstance(error.name, str):
            found["lost"] = self.where_lost(error.name)
        return found

    # --- remarks -----------------------------------------------------------------------------

    def remarks(self, plan: Slice, present: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The facts that a student should know, the missing names first."""
        missing = [name for name in self.names if name not in present]
        yield from self.why_missing(missing)
        for place in self.written:
            for name in sorted(self.defined_in(place)):
                yield {"kind": "written", "name": name, "cell": self.cells[place].title}
        for stub in self.stubs:
            for name in sorted(stub.binds):
                if (other := self.defining(name)) is not None:
                    yield {"kind": "stub", "name": name, **where(stub), "other": where(other)}
        yield from self.defined_below(plan)
        for name in self.names:
            found = [item for item in self.code if defines(item, name)]
            counted = [item for item in found if item.place < self.limit(name)]
            if len({item.place for item in found}) > 1 and counted:
                yield {"kind": "twice", "name": name, **where(counted[-1])}

    def why_missing(self, missing: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The reasons why graded names are missing: a cell that ended early, or another name."""
        for name in missing:
            if (lost := self.where_lost(name)) is not None:
                yield {"kind": "ended", "name": name, **lost}
        for name, near in near_misses(missing, self.notebook.namespace).items():
            yield {"kind": "near", "name": name, "near": near}

    def defined_below(self, plan: Slice) -> Iterator[dict[str, Any]]:
        """The names that were taken from below the check cell that needs them."""
        for limit, names in plan.late.items():
            for name in sorted(names):
                item = self.defining(name)
                if item is not None and item.place >= limit and name in self.notebook.namespace:
                    yield {"kind": "late", "name": name, **where(item)}

    def defining(self, name: str) -> Statement | None:
        """The last statement that binds `name`."""
        return next((item for item in reversed(self.code) if name in item.binds), None)

    def where_lost(self, name: str) -> dict[str, Any] | None:
        """The place where a cell that should define `name` ended early, if there is one."""
        for place, last in self.notebook.ended.items():
            if any(item.place == place and name in item.binds for item in self.code):
                return where(last)
        pattern = re.compile(rf"^[ \t]*(?:(?:async )?def|class)?[ \t]*{re.escape(name)}\b", re.M)
        cell = next((cell for cell in self.unread if pattern.search(cell.source)), None)
        return None if cell is None else {"cell": cell.title, "line": None, "unread": True}


def where(item: Statement) -> dict[str, Any]:
    """The place of a statement."""
    return {"cell": item.cell.title, "line": item.node.lineno}


def defines(item: Statement, name: str) -> bool:
    """Whether a statement is a definition of `name` that is written."""
    return isinstance(item.node, DEFINITIONS) and item.node.name == name and not is_stub(item.node)
