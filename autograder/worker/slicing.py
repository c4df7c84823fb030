"""Which statements of a notebook the graded names depend on: those run, the rest is left alone.

A notebook also trains, plots and prints. Running all of that for every submission would cost
minutes and could fail for reasons that have nothing to do with the answer. So the cells are read
as text, and a statement is kept if a graded name needs it, directly or through other kept names:
a backward slice over the top level of the notebook. Imports are always kept. Where the slice does
not find a graded name (it may be built by `exec`), everything is run, as a notebook would.

This runs in the worker: parsing what a student wrote is not work for the judge.
"""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType

from autograder.worker.cells import Cell

IMPORTS = (ast.Import, ast.ImportFrom)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LOADS = ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS")
GLOBAL_STORES = ("STORE_GLOBAL", "DELETE_GLOBAL")
STORES = ("STORE_NAME", "DELETE_NAME", *GLOBAL_STORES)


@dataclass
class Statement:
    """One top-level statement and the names of the notebook that it binds, changes and reads."""

    cell: Cell
    node: ast.stmt
    binds: set[str]
    reads: set[str]
    changes: set[str]  # `losses.append(1)` changes `losses`
    sets: set[str]  # what a function in it declares `global` and binds when it is called


def statements(cell: Cell) -> list[Statement]:
    """The top-level statements of a cell. Raises SyntaxError as ast.parse does."""
    return [statement(cell, node) for node in ast.parse(cell.source, cell.title).body]


def statement(cell: Cell, node: ast.stmt) -> Statement:
    """What `node` binds and reads.

    Both come from the compiled code, which tells a function's own variables and arguments from the
    notebook's names: an argument `model` is no reason to run `model = CNN()`.
    """
    code = compile(ast.Module([node], type_ignores=[]), cell.title, "exec")
    stored = {step.argval for step in dis.get_instructions(code) if step.opname in STORES}
    sets = named(code, GLOBAL_STORES)
    if not isinstance(node, DEFINITIONS):
        stored |= sets  # a walrus in a comprehension
    return Statement(
        cell, node, stored | set(assigned(node)), named(code, LOADS), set(changed(node)), sets
    )


def needed(code: Sequence[Statement], names: Sequence[str]) -> list[Statement]:
    """The statements that `names` depend on, in their order, and every import."""
    wanted = set(names)
    kept = {index for index, item in enumerate(code) if isinstance(item.node, IMPORTS)}
    imported = {name for index in kept for name in code[index].binds}
    setters = [item for item in code if item.sets]
    effects = [item.binds | (item.changes - imported) | called(item, setters) for item in code]
    growing = True
    while growing:
        growing = False
        for index, item in enumerate(code):
            if index not in kept and effects[index] & wanted:
                kept.add(index)
                wanted |= item.reads
                growing = True
    return [code[index] for index in sorted(kept)]


def called(item: Statement, setters: Sequence[Statement]) -> set[str]:
    """The names that functions bind by `global` when `item` calls them."""
    if isinstance(item.node, DEFINITIONS):
        return set()
    return set().union(*(setter.sets for setter in setters if setter.binds & item.reads))


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
        yield from root(node)
    for child in ast.iter_child_nodes(node):
        yield from assigned(child)


def changed(node: ast.AST) -> Iterator[str]:
    """The names whose methods are called for their effect, as in `model.eval()`, also in a loop.

    `setattr(CNN, "forward", f)` counts for `CNN`.
    """
    if isinstance(node, DEFINITIONS):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        function, arguments = node.value.func, node.value.args
        if isinstance(function, ast.Attribute):
            yield from root(function)
        elif isinstance(function, ast.Name) and function.id == "setattr" and arguments:
            yield from root(arguments[0])
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from changed(child)


def root(node: ast.AST) -> Iterator[str]:
    """The name at the root of `a.b[c].d`, if there is one."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
