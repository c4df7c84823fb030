"""Finds the statements of a notebook that the graded names depend on: only those are run.

A notebook also trains, plots and prints. Running all of that for every submission would cost
minutes and could fail for reasons that have nothing to do with the answer. So the cells are read as
text, and a statement is selected if a graded name needs it, directly or through other selected
names, or if it may change their objects (`effects.py`): a backward slice over the top level.
Imports are always selected. Where the slice does not find a graded name, everything is run, as a
notebook would.

A name counts as it was bound when the check cell of its exercise ran. Statements below that cell
serve only for names that nothing above it binds. A stub binds nothing where its name is written
elsewhere.

Leaving statements out saves time and must not change a mark. Where it might, the slice marks the
name as `unsure`, and the judge lets the whole notebook run.

This runs in the worker, because the judge must not parse a student's code.
"""

from __future__ import annotations

import ast
import builtins
import dis
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType

from autograder.worker.cells import Cell, is_stub
from autograder.worker.effects import Effects, Program
from autograder.worker.syntax import DEFINITIONS

IMPORTS = (ast.Import, ast.ImportFrom)
LOADS = ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS")
GLOBAL_STORES = ("STORE_GLOBAL", "DELETE_GLOBAL")
STORES = ("STORE_NAME", "DELETE_NAME", *GLOBAL_STORES)


@dataclass
class Statement:
    """One top-level statement and the names of the notebook that it binds and reads.

    cell: the cell it stands in. place: the number of that cell, from 0.
    """

    cell: Cell
    node: ast.stmt
    binds: set[str]
    reads: set[str]
    sets: set[str]  # what a function in it declares `global` and binds when it is called
    place: int = 0


@dataclass
class Slice:
    """The statements to run for some graded names.

    needed: statements without which a graded name would not be what it is. cautious: those that
    may change it. late: for each number of cells above a check, the names that cells below it
    serve for. unsure: graded names for which something that was left out might matter.
    """

    needed: set[int] = field(default_factory=set)
    cautious: set[int] = field(default_factory=set)
    late: dict[int, set[str]] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)


def statements(cell: Cell, source: str, place: int = 0) -> list[Statement]:
    """The top-level statements of a cell. Raises SyntaxError as ast.parse does."""
    body = ast.parse(source, cell.title).body
    for node in body:
        ast.increment_lineno(node, cell.first_line - 1)
    return [statement(cell, node, place) for node in body]


def statement(cell: Cell, node: ast.stmt, place: int) -> Statement:
    """The statement with the names that `node` binds and reads.

    Both come from the compiled code, which tells a function's own variables and arguments from the
    notebook's names: an argument `model` is no reason to run `model = CNN()`.
    """
    code = compiled(node, cell.title)
    stored = {step.argval for step in dis.get_instructions(code) if step.opname in STORES}
    sets = named(code, GLOBAL_STORES)
    if not isinstance(node, DEFINITIONS):
        stored |= sets  # a walrus in a comprehension
    return Statement(cell, node, stored | set(assigned(node)), named(code, LOADS), sets, place)


def compiled(node: ast.stmt, title: str, flags: int = 0) -> CodeType:
    """The code of one statement, of the features of the student's own `__future__` imports only.

    It may `await`, as a cell of a notebook may.
    """
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code: CodeType = compile(
        ast.Module([node], type_ignores=[]), title, "exec", flags=flags, dont_inherit=True
    )
    return code


def without_stubs(code: Sequence[Statement]) -> list[Statement]:
    """The statements without the stubs of names that are written elsewhere."""
    written = {name for item in code if not is_stub(item.node) for name in item.binds}
    return [item for item in code if not (is_stub(item.node) and item.binds <= written)]


def needed(
    code: Sequence[Statement], names: Sequence[str], above: Mapping[str, int] | None = None
) -> Slice:
    """The statements to run for `names`. above: the number of cells above the check of a name."""
    program = Program([item.node for item in code], [item.binds for item in code])
    effects = [program.effects(item.node) for item in code]
    end = 1 + max((item.place for item in code), default=0)
    found = Slice()
    by_limit: dict[int, list[str]] = {}
    for name in names:
        by_limit.setdefault((above or {}).get(name, end), []).append(name)
    for limit, wanted in by_limit.items():
        Backwards(code, program, effects, limit, found).keep(wanted)
    found.cautious -= found.needed
    return found


class Backwards:
    """The slice for the names whose check stands below the first `limit` cells."""

    def __init__(
        self,
        code: Sequence[Statement],
        program: Program,
        effects: Sequence[Effects],
        limit: int,
        found: Slice,
    ) -> None:
        self.code, self.program, self.effects, self.limit = code, program, effects, limit
        self.found = found
        self.binds = bound_by_calls(code)
        bound = (self.binds[i] for i in range(len(code)) if self.is_above(i))
        self.above = set(dir(builtins)).union(*bound)
        self.shares = shared(code, program)
        self.kept: set[int] = set()

    def is_above(self, index: int) -> bool:
        """Whether a statement runs before the check."""
        return self.code[index].place < self.limit

    def keep(self, names: Sequence[str]) -> None:
        """Put the statements that `names` depend on into `found`."""
        wanted = set(names)
        size = -1
        while size != (size := len(self.kept) + len(wanted)):
            reached = self.reach(wanted)
            for index, item in enumerate(self.code):
                if index not in self.kept and self.is_kept(index, wanted, reached):
                    self.kept.add(index)
                    wanted |= item.reads
        late = {
            name
            for index in self.kept
            if not self.is_above(index)
            for name in self.binds[index] & (wanted - self.above)
        }
        self.found.late.setdefault(self.limit, set()).update(late)
        left_out = (i for i in range(len(self.code)) if i not in self.kept and self.is_above(i))
        changed_below = any(
            self.effects[i].touches & self.reach(wanted) or self.effects[i].setting
            for i in range(len(self.code))
            if not self.is_above(i)
        )
        if changed_below or any(self.effects[index].unsure for index in left_out):
            self.found.unsure.update(names)

    def is_kept(self, index: int, wanted: set[str], reached: set[str]) -> bool:
        """Whether a statement is selected; it is then noted as needed or as a caution."""
        item, effects = self.code[index], self.effects[index]
        if not self.is_above(index):
            if not self.binds[index] & (wanted - self.above):
                return False
            self.found.needed.add(index)
        elif isinstance(item.node, IMPORTS) or self.binds[index] & wanted:
            self.found.needed.add(index)
        elif effects.opaque or effects.setting or effects.seeds or effects.touches & reached:
            self.found.cautious.add(index)
        else:
            return False
        return True

    def reach(self, names: set[str]) -> set[str]:
        """`names`, and those of others that give access to the same objects."""
        found, waiting = set(names), list(names)
        while waiting:
            for name in self.shares.get(waiting.pop(), ()):
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return found


def shared(code: Sequence[Statement], program: Program) -> dict[str, set[str]]:
    """The names that statements make from each name: they may share its objects.

    `table = LOSSES`, `for each in (A, B)` and `x = wrap(y)` do; a function shares what it reads.
    """
    found: dict[str, set[str]] = {}
    for item in code:
        if isinstance(item.node, (*DEFINITIONS, *IMPORTS)):
            continue
        targets = program.variables(item.binds)
        for name in program.shared_by(item.node) if targets else ():
            found.setdefault(name, set()).update(targets)
    return found


def bound_by_calls(code: Sequence[Statement]) -> list[set[str]]:
    """The names that each statement binds, also those that functions it calls bind by `global`."""
    setters = [item for item in code if item.sets]
    found = []
    for item in code:
        called = [] if isinstance(item.node, DEFINITIONS) else setters
        found.append(item.binds.union(*(s.sets for s in called if s.binds & item.reads)))
    return found


def named(code: CodeType, operations: Sequence[str]) -> set[str]:
    """The names that `operations` of compiled code work on, functions inside included."""
    found = {step.argval for step in dis.get_instructions(code) if step.opname in operations}
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return found.union(*(named(constant, operations) for constant in inner))


def assigned(node: ast.AST) -> Iterator[str]:
    """The names at the root of assignments to an attribute or an item, as in `CNN.forward = f`."""
    if isinstance(node, DEFINITIONS):
        return
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
        owner: ast.AST = node
        while isinstance(owner, ast.Attribute | ast.Subscript):
            owner = owner.value
        if isinstance(owner, ast.Name):
            yield owner.id
    for child in ast.iter_child_nodes(node):
        yield from assigned(child)
