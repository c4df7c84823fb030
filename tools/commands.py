"""Write site/reference/commands.md from the parsers of `course` and `autograder` themselves.

Run it after changing a command: python tools/commands.py (--check changes nothing and says if it is
stale). The page is made from the parsers' parts and not from argparse's own help, which wraps lines
differently in each version of Python.
"""

from __future__ import annotations

import argparse
import html
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from page import write

import autograder.cli
import course.cli

TARGET = Path(__file__).parent.parent / "site" / "reference" / "commands.md"
HARD = "\N{NO-BREAK SPACE}"  # between an option and its value, where no line may end
LONGEST = 60  # characters of an argument in a call; longer lists of values stand in the table alone
AS_IT_IS: Any = {"break_long_words": False, "break_on_hyphens": False}
TOP = """---
title: Commands
description: Every command of course and autograder, written from the programs themselves.
---

<!-- Written by tools/commands.py from the parsers. -->

# Commands

Two commands come with the package. `--help` behind any of them says what stands here. All of them
end with status 0 when they did what was asked, and with 2 after a mistake of the user's, said in
one line. Status 1 is a finding: a check that does not pass, a file that is stale, a submission on
which the grader failed.
"""


def page() -> str:
    """The whole page, in Markdown."""
    parts = [TOP]
    for parser in (course.cli.command_parser(), autograder.cli.command_parser()):
        parts.append(f"## {parser.prog}\n\n{sentence(parser.description or '')}\n")
        parts += [section(name, said, each) for name, said, each in leaves(parser)]
    return "\n".join(parts)


def leaves(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Every subcommand with its name and help, with subcommands of subcommands."""
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        said = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for name, each in sorted(action.choices.items()):
            yield each.prog, each.description or said.get(name, ""), each
            yield from leaves(each)


def section(name: str, said: str, parser: argparse.ArgumentParser) -> str:
    """One subcommand: what it does, how it is called, and its arguments."""
    given = [action for action in parser._actions if shown(action)]
    whole = " ".join([name, *(call(action).replace(" ", HARD) for action in given)])
    usage = textwrap.fill(whole, 76, subsequent_indent=8 * " ", **AS_IT_IS).replace(HARD, " ")
    lines = [f"### {name} {{ #{name.replace(' ', '-')} }}", "", sentence(said), ""]
    lines += ["```text", usage, "```", ""]
    if told := [(spelling(action), said) for action in given if (said := meaning(action))]:
        lines += ["| argument | meaning |", "|---|---|"]
        lines += [f"| {code(name)} | {said} |" for name, said in told]
        lines.append("")
    if parser.epilog:
        lines += ["```text", parser.epilog, "```", ""]
    return "\n".join(lines)


def shown(action: argparse.Action) -> bool:
    """Whether the argument is meant for readers."""
    return not isinstance(action, argparse._HelpAction) and action.help != argparse.SUPPRESS


def call(action: argparse.Action) -> str:
    """An argument as it is written in a call, in brackets if it is optional."""
    text = spelling(action)
    if len(text) > LONGEST:
        text = f"{action.option_strings[-1]} {action.dest.upper()}"
    return text if action.required else f"[{text}]"


def spelling(action: argparse.Action) -> str:
    """An option with its value, or the name of an argument."""
    value = str(action.metavar or choices(action) or action.dest.upper())
    if action.nargs in ("*", "+"):
        value += " ..."
    if not action.option_strings:
        return value
    return action.option_strings[-1] + ("" if action.nargs == 0 else f" {value}")


def choices(action: argparse.Action) -> str:
    """The allowed values, separated by vertical bars."""
    return "|".join(str(choice) for choice in action.choices or ())


def meaning(action: argparse.Action) -> str:
    """The help of an argument, with its default, as a cell of a table."""
    said = str(action.help or "") % vars(action)
    default = action.default
    local = isinstance(default, Path) and default.is_absolute()  # the folder of this copy
    unsaid = default is None or default is False or default == argparse.SUPPRESS or local
    if not unsaid and "default" not in said:
        said += f"{'; ' if said else ''}default: {default}"
    return html.escape(said, quote=False).replace("|", "&#124;")


def code(text: str) -> str:
    """Code for a cell of a table; vertical bars are escaped, since they would end the cell."""
    return f"<code>{html.escape(text).replace('|', '&#124;')}</code>"


def sentence(text: str) -> str:
    """The text on one line, with a capital at the start and a full stop at the end."""
    line = " ".join(text.split())
    return line[:1].upper() + line[1:] + ("" if line.endswith((".", "!", "?")) else ".")


def main() -> int:
    """Write the page, or with --check say whether it is up to date."""
    return write(TARGET, page())


if __name__ == "__main__":
    raise SystemExit(main())
