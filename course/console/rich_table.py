"""A table in a terminal, drawn by rich: its columns fit the terminal, long cells are wrapped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from course.cli import in_colour


def draw(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Draw a table that grows with each row, a line of heads above it."""
    # A cell is `Text`, since in a plain string rich reads what stands in brackets as markup.
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in heads:
        table.add_column(Text(head), overflow="fold")  # nothing is cut off
    console = Console(no_color=not in_colour(), highlight=False)
    # Redrawn by no thread: what the rows are computed with may print, and fork.
    with Live(table, console=console, auto_refresh=False, vertical_overflow="visible") as live:
        for row in rows:
            table.add_row(*map(Text, row))
            live.refresh()
