"""A result in a few words of HTML, for the systems that show feedback beside a grade."""

from __future__ import annotations

from html import escape

from autograder.report.feedback import SIGNS
from autograder.report.results import CheckResult, Result, number
from autograder.report.table import details, points, title


def result_as_html(result: Result) -> str:
    """The score and a line for every check, on one line and safe to put in a page."""
    lines = [f"<p>{number(result.score or 0)} of {number(result.max_score)} points</p>"]
    lines += [f"<p>{escape(note)}</p>" for note in result.shown_notes]
    items = [
        f"<li>{SIGNS[check.status][0]} {escape(title(check))} ({points(check) or 'no points'})"
        f"{check_as_html(check)}</li>"
        for check in result.checks
    ]
    return one_line("".join([*lines, "<ul>", *items, "</ul>"]))


def check_as_html(check: CheckResult) -> str:
    """What was expected and returned, the likely cause and the next step; empty for a pass."""
    return one_line("".join(f"<br>{label}: {escape(text)}" for label, text in details(check)))


def one_line(text: str) -> str:
    """Line ends as spaces, and control characters left out."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())
