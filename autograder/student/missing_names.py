"""Finds, in the text of a hand-in, the name that a NameError is about.

The worker's word for it is not repeated: a student's code could put an input there.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
from collections.abc import Iterator, Sequence

from autograder.worker.cells import Cell, python_source


def missing_name(cells: Sequence[Cell], title: object, line: object) -> str:
    """The first name on a line that no cell defines; empty where that is not known for sure."""
    if type(line) is not int:
        return ""
    trees = [tree_of(cell) for cell in cells]
    there = {name for tree in trees if tree is not None for name in defined_names(tree)}
    for cell, tree in zip(cells, trees, strict=True):
        if cell.title == title and cell.holds(line) and tree is not None:
            wanted = line - cell.first_line + 1
            used = [
                node
                for node in ast.walk(tree)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
            ]
            here = sorted((node for node in used if node.lineno == wanted), key=column)
            for node in here:
                if node.id not in there and not hasattr(builtins, node.id):
                    return "" if "*" in there else node.id
    return ""


def tree_of(cell: Cell) -> ast.Module | None:
    """The cell's code; None where it cannot be read."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        return ast.parse(python_source(cell.source))
    return None


def column(node: ast.expr) -> int:
    """Where in its line a name stands."""
    return node.col_offset


def defined_names(tree: ast.Module) -> Iterator[str]:
    """Every name that something in a cell binds, at whatever depth; `*` for a star import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
