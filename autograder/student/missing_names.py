"""Finds, in the text of a hand-in, the name that a NameError is about.

The worker's word for it is not repeated: a student's code could put an input there.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence

from autograder.worker.cells import Cell
from autograder.worker.syntax import parsed

# A line that only a notebook understands, for IPython or a shell.
MAGIC = re.compile(r"^[ \t]*[%!?].*$", re.MULTILINE)


def missing_name(cells: Sequence[Cell], title: object, line: object) -> str:
    """The first name on a line that no cell defines; empty where that is not known for sure."""
    trees = [parsed(MAGIC.sub("", cell.source)) for cell in cells]
    known = {name for tree in trees if tree is not None for name in names_bound_in(tree)}
    if type(line) is not int or None in trees or "*" in known:
        return ""
    for cell, tree in zip(cells, trees, strict=True):
        if cell.title == title and cell.holds(line) and tree is not None:
            used = names_on(tree, line - cell.first_line + 1)
            return next((n for n in used if n not in known and not hasattr(builtins, n)), "")
    return ""


def names_on(tree: ast.Module, line: int) -> list[str]:
    """The names that a line reads, from left to right."""
    read = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.lineno == line
    ]
    return [node.id for node in sorted(read, key=lambda node: node.col_offset)]


def names_bound_in(tree: ast.Module) -> Iterator[str]:
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
