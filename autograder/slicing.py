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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

IMPORTS = (ast.Import, ast.ImportFrom)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass
class Cell:
    """One cell of a submission: what to call it in a message, and its source."""

    title: str
    source: str


@dataclass
class Statement:
    """One top-level statement and the names it binds, changes and reads."""

    cell: Cell
    node: ast.stmt
    binds: set[str]
    reads: set[str]
    changes: str | None = None  # `losses.append(1)` changes `losses`


def statements(cell: Cell) -> list[Statement]:
    """The top-level statements of a cell. Raises SyntaxError as ast.parse does."""
    return [statement(cell, node) for node in ast.parse(cell.source, cell.title).body]


def statement(cell: Cell, node: ast.stmt) -> Statement:
    """What `node` binds and reads, by its syntax alone."""
    return Statement(cell, node, set(bound(node)), set(loaded(node)), changed(node))


def needed(code: Sequence[Statement], names: Sequence[str]) -> list[Statement]:
    """The statements that `names` depend on, in their order, and every import."""
    wanted = set(names)
    kept = {index for index, item in enumerate(code) if isinstance(item.node, IMPORTS)}
    imported = {name for index in kept for name in code[index].binds}
    growing = True
    while growing:
        growing = False
        for index, item in enumerate(code):
            changes_wanted = item.changes in wanted and item.changes not in imported
            if index not in kept and (item.binds & wanted or changes_wanted):
                kept.add(index)
                wanted |= item.reads
                growing = True
    return [code[index] for index in sorted(kept)]


def bound(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds at the top level, those inside `if` or `for` included.

    An assignment to an attribute or an item (`CNN.forward = f`) counts for the name at its root.
    """
    if isinstance(node, DEFINITIONS):
        yield node.name
        return
    if isinstance(node, IMPORTS):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        yield node.id
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
        yield from root(node)
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return  # they have a scope of their own
    for child in ast.iter_child_nodes(node):
        yield from bound(child)


def loaded(node: ast.AST) -> Iterator[str]:
    """Every name read anywhere in a statement, function bodies included."""
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            yield child.id


def changed(node: ast.stmt) -> str | None:
    """The name whose method is called by an expression that stands alone, as in `model.eval()`."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        function = node.value.func
        if isinstance(function, ast.Attribute):
            return next(root(function), None)
    return None


def root(node: ast.AST) -> Iterator[str]:
    """The name at the root of `a.b[c].d`, if there is one."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
