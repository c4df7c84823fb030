"""A result as a student sees it before handing in: a table in the terminal or in a notebook."""

from __future__ import annotations

import html
from collections.abc import Iterator

from autograder.report.feedback import SIGNS
from autograder.report.results import CheckResult, Result, number, where_to_start

GREEN, RED, FAINT, BOLD, OFF = "\033[32m", "\033[31m", "\033[2m", "\033[1m", "\033[0m"


def details(check: CheckResult) -> Iterator[tuple[str, str]]:
    """The texts of a check that did not pass, each with its label."""
    for label, text in (
        ("expected", check.expected),
        ("got", check.got),
        ("likely cause", check.cause),
        ("next step", check.hint),
    ):
        if text and check.status not in ("OK", "SKIP"):
            yield label, text


def title(check: CheckResult) -> str:
    """The check's title, with why it was skipped, or why it passes all the same."""
    remark = check.cause if check.status in ("OK", "SKIP") else ""
    return f"{check.title} ({remark})" if remark else check.title


def points(check: CheckResult) -> str:
    """`2 / 3`, or nothing for a check without points."""
    return f"{number(check.points)} / {number(check.max_points)}" if check.max_points else ""


def summary(checks: list[CheckResult]) -> str:
    """One line: how many pass, and which to look at first."""
    passed = sum(check.status == "OK" for check in checks)
    first = where_to_start(checks)
    line = f"{passed} of {len(checks)} checks pass"
    return f"{line}. Start here: {first.title}." if first else f"{line}."


def as_text(result: Result, *, colour: bool) -> str:
    """The result for a terminal."""

    def paint(code: str, text: str) -> str:
        return f"{code}{text}{OFF}" if colour else text

    lines = [paint(BOLD, f"{result.assignment} on {result.profile}"), ""]
    lines += [f"  ! {note}" for note in result.notes]
    for check in result.checks:
        sign, word = SIGNS[check.status]
        code = GREEN if check.status == "OK" else FAINT if check.status == "SKIP" else RED
        lines.append(f"{paint(code, f'{sign} {word:18}')} {points(check):>7}  {title(check)}")
        lines += [f"{'':29}{paint(FAINT, label + ':')} {text}" for label, text in details(check)]
    total = summary(result.checks)
    if result.max_score:  # an extension has no points
        earned = f"{number(result.score or 0)} of {number(result.max_score)}"
        total += f" {earned} points on public inputs"
    return "\n".join([*lines, "", paint(BOLD, total)])


# Inline, since a notebook, the formgrader and an exported page each have another style sheet.
CELL = "padding:2px 8px;vertical-align:top"


def as_html(checks: list[CheckResult]) -> str:
    """The checks of an exercise for a notebook; colours follow the notebook's own theme."""
    rows = []
    for check in checks:
        sign, word = SIGNS[check.status]
        colour = {"OK": "#1a7f5a", "SKIP": "gray"}.get(check.status, "#c2410c")
        more = "".join(
            f"<br><small><b>{label}:</b> {html.escape(text)}</small>"
            for label, text in details(check)
        )
        rows.append(
            f'<tr><td style="{CELL};white-space:nowrap;color:{colour}"><b>{sign} {word}</b></td>'
            f'<td style="{CELL};text-align:left">{html.escape(title(check))}{more}</td>'
            f'<td style="{CELL};white-space:nowrap">{points(check)}</td></tr>'
        )
    head = "".join(
        f'<th style="{CELL};text-align:left">{name}</th>' for name in ("Outcome", "Check", "Points")
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
