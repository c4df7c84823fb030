"""Tables on the command line: fitted to a terminal, and plain lines for scripts."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence

import pytest

from course.console import tables
from course.console.tables import aligned, print_table

HEADS = ("name", "what")
ROWS = [("[red]digits", "handwritten digits that are scaled up"), ("signs", "road signs")]
PLAIN = """\
name         what
[red]digits  handwritten digits that are scaled up
signs        road signs
"""


class Terminal(io.StringIO):
    """A standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(text: str) -> str:
    """The text without the codes that move the cursor, choose colours and clear lines."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 40 columns."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm-256color")
    return Terminal()


def print_there(output: Terminal, rows: Iterable[Sequence[str]]) -> None:
    with contextlib.redirect_stdout(output):
        print_table(HEADS, rows, aligned([HEADS, *ROWS]))


def test_a_pipe_gets_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(HEADS, ROWS, aligned([HEADS, *ROWS]))
    assert capsys.readouterr().out == PLAIN


def test_a_terminal_gets_a_table_as_wide_as_itself_in_which_nothing_is_lost(
    narrow: Terminal,
) -> None:
    pytest.importorskip("rich")
    print_there(narrow, ROWS)
    assert max(len(line) for line in shown(narrow.getvalue()).splitlines()) <= 40
    words = shown(narrow.getvalue()).split()
    for cell in (*HEADS, *ROWS[0], *ROWS[1]):
        assert set(cell.split()) <= set(words)


def test_a_long_word_is_folded_and_not_cut_off(
    narrow: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "12")
    print_there(narrow, [("x", "imagefolder:PATH")])
    assert "imagefolder:PATH" in re.sub(r"\s", "", shown(narrow.getvalue()))


def test_rows_are_shown_as_they_come(narrow: Terminal) -> None:
    pytest.importorskip("rich")

    def rows() -> Iterator[tuple[str, str]]:
        yield ROWS[0]
        assert "digits" in narrow.getvalue()
        assert "road signs" not in narrow.getvalue()
        yield ROWS[1]

    print_there(narrow, rows())
    assert "road signs" in narrow.getvalue()


def test_colours_go_where_no_color_is_set(
    narrow: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("NO_COLOR", "1")
    print_there(narrow, ROWS)
    codes = re.findall(r"\x1b\[([\d;]*)m", narrow.getvalue())
    assert not [code for code in codes if re.search(r"(^|;)(3|4|9|10)\d(;|$)", code)]


@pytest.mark.parametrize("reason", ["no rich", "a terminal that draws nothing"])
def test_a_terminal_without_rich_gets_plain_lines(
    reason: str, narrow: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason == "no rich":
        monkeypatch.setattr(tables, "find_spec", lambda name: None)
    else:
        monkeypatch.setenv("TERM", "dumb")
    print_there(narrow, ROWS)
    assert narrow.getvalue() == PLAIN
