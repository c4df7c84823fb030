"""Tables on the command line: by rich in a terminal, as plain lines in a file or a pipe.

What a script reads is the same whether rich is installed or not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from itertools import chain

from course.cli import Later

Cells = Sequence[str]

draw = Later("course.console.rich_table:draw")


def print_table(heads: Cells, rows: Iterable[Cells], line: Callable[[Cells], str]) -> None:
    """Print each row as soon as it comes.

    line: the text of a row, and of `heads`, where there is no terminal or no rich.
    """
    if for_people():
        draw(heads, rows)
        return
    for row in chain([heads], rows):
        print(line(row), flush=True)


def for_people() -> bool:
    """Whether standard output is a terminal that rich can draw on."""
    drawn = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return drawn and find_spec("rich") is not None


def aligned(rows: Sequence[Cells]) -> Callable[[Cells], str]:
    """The `line` of a table whose rows are all known: columns as wide as their widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return lambda row: "  ".join(map(str.ljust, row, widths)).rstrip()
