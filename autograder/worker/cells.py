"""The cells of a hand-in inside the worker: their source as Python, and what they define."""

from __future__ import annotations

import ast
import contextlib
import linecache
from collections.abc import Iterator
from dataclasses import dataclass

STEP_LENGTH = 300


@dataclass
class Cell:
    """One cell of a submission: what to call it in a message, and its source."""

    title: str
    source: str


def first_stub(cell: str) -> tuple[str, str]:
    """The first function of a cell that is still a stub, and the text of its comment `# 1. ...`.

    A cell may hold several, to be written from top to bottom, whichever of them was called.
    """
    lines = linecache.getlines(cell)
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return "", ""
    for name, function in functions(tree.body):
        *before, last = function.body
        untouched = isinstance(last, ast.Raise) and len(before) <= 1  # a docstring
        step = first_step(lines[function.lineno - 1 : last.lineno])
        if step and untouched:
            return name, step
    return "", ""


def functions(body: list[ast.stmt], inside: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions and methods in these statements, by the names that a student knows."""
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield inside + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node.body, f"{node.name}.")


def first_step(lines: list[str]) -> str:
    """The text of the comment `# 1. ...` among a function's lines; empty if there is none."""
    text = "".join(lines[start:-1]) if (start := step_line(lines, 1)) is not None else ""
    comment = text[: len(text) if (end := text.find("# 2.")) < 0 else end]
    return " ".join(word for word in comment.split() if word != "#")[:STEP_LENGTH]


def step_line(lines: list[str], number: int) -> int | None:
    """The index of the line where a numbered step begins."""
    begun = (i for i, line in enumerate(lines) if line.lstrip().startswith(f"# {number}."))
    return next(begun, None)


def python_source(source: str) -> str:
    """Plain Python from a notebook cell: byte-order mark, CRLF and magics taken out.

    What is Python already stays as it is; line numbers stay those of the cell.
    """
    source = source.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    with contextlib.suppress(SyntaxError):
        ast.parse(source)
        return source
    from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415  slow to import

    if source.lstrip().startswith(("%%time", "%%capture", "%%prun", "%%timeit")):
        source = "#" + source.lstrip()
    return str(TransformerManager().transform_cell(source))


def remember_source(cell: Cell) -> None:
    """Let tracebacks and `inspect.getsource` find the lines of a cell."""
    lines = cell.source.splitlines(keepends=True)
    linecache.cache[cell.title] = (len(cell.source), None, lines, cell.title)
