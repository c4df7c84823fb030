"""The cells of a hand-in inside the worker: their source as Python, and what they define."""

from __future__ import annotations

import ast
import contextlib
import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.worker.syntax import parsed

STEP_LENGTH = 300
# Magics that run the rest of their cell, and the one that runs the rest of its line.
TIMED_CELL = re.compile(
    r"\s*%%(time|capture|prun|timeit|memit|mprun|lprun|snakeviz|pyinstrument)\b"
)
TIMED_LINE = re.compile(r"^(\s*)%time[ \t]+(?=\S)", re.MULTILINE)
WRITE_FILE = re.compile(r"\s*%%(?:writefile|file)[ \t]+(-a[ \t]+|--append[ \t]+)?(\S+)[^\n]*\n")


@dataclass
class Cell:
    """One cell of a submission: what to call it in a message, and its source.

    first_line: the number of its first line. Cells of a script are called by the script's name,
    and their lines are numbered through it.
    """

    title: str
    source: str
    first_line: int = 1

    def holds(self, line: object) -> bool:
        """Whether `line` is the number of one of its lines."""
        count = len(self.source.splitlines())
        return type(line) is int and self.first_line <= line < self.first_line + count


def first_stub(cell: str) -> tuple[str, str]:
    """The first function of a cell that is still a stub, and the text of its comment `# 1. ...`.

    A cell may hold several, to be written from top to bottom, whichever of them was called.
    """
    lines = linecache.getlines(cell)
    if (tree := parsed("".join(lines))) is None:
        return "", ""
    for name, function in functions(tree.body):
        last = function.body[-1]
        step = first_step(lines[function.lineno - 1 : last.lineno])
        if step and is_stub(function):
            return name, step
    return "", ""


def is_stub(node: ast.AST) -> bool:
    """Whether `node` defines a function that is not written yet, or a class of such methods alone.

    A stub has a docstring and `raise NotImplementedError`, as in the released notebook.
    """
    if isinstance(node, ast.ClassDef):
        methods = [item for item in node.body if isinstance(item, ast.FunctionDef)]
        return bool(methods) and all(map(is_stub, methods))
    if not isinstance(node, ast.FunctionDef):
        return False
    *before, last = node.body
    if not isinstance(last, ast.Raise) or len(before) > 1:
        return False
    raised = last.exc.func if isinstance(last.exc, ast.Call) else last.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


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

    code = source.lstrip()
    blank = source[: len(source) - len(code)].count("\n")  # IPython would drop these lines
    source = "#\n" * blank + ("#" if TIMED_CELL.match(code) else "") + code
    return str(TransformerManager().transform_cell(TIMED_LINE.sub(r"\1", source)))


def written_file(source: str) -> tuple[str, bool, str] | None:
    """The file that a `%%writefile` cell writes: its name, whether it is added to, and its text."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if (match := WRITE_FILE.match(source)) is None:
        return None
    return match[2].strip("\"'"), match[1] is not None, source[match.end() :]


def remember_source(cell: Cell, source: str) -> None:
    """Let tracebacks and `inspect.getsource` find the lines of a cell."""
    known = linecache.getlines(cell.title) if cell.first_line > 1 else []
    lines = list(known)
    lines += ["\n"] * (cell.first_line - 1 - len(lines))
    lines[cell.first_line - 1 :] = source.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    linecache.cache[cell.title] = (sum(map(len, lines)), None, lines, cell.title)
