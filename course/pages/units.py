"""Numbers that stay with their units on the course's pages: an extension of Python-Markdown.

Between a number and the unit or per cent sign behind it stands a space that no line breaks at.
"""

from __future__ import annotations

import re

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor

UNITS = "%|‰|[kMG]i?B|ns|ms|s|min|h|px|nats?|bits?|seconds?|minutes?|hours?|pixels?"
# Code keeps its own spaces, and a tag is no text: both are matched so that they are passed by.
FOUND = re.compile(
    rf"<(?P<tag>code|pre|script|style|math)\b.*?</(?P=tag)>|<[^>]*>|(?<=\d) (?=(?:{UNITS})(?!\w))",
    re.DOTALL,
)


def keep_units(text: str) -> str:
    """Return HTML whose numbers are tied to their units by no-break spaces."""
    return FOUND.sub(lambda found: "\N{NO-BREAK SPACE}" if found[0] == " " else found[0], text)


class UnitsPostprocessor(Postprocessor):
    """Ties numbers to units in a finished page."""

    def run(self, text: str) -> str:
        """Return the page's HTML with no-break spaces before units."""
        return keep_units(text)


class UnitsExtension(Extension):
    """Runs last, on the finished text."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Register with Python-Markdown."""
        md.postprocessors.register(UnitsPostprocessor(md), "units", -1)


def makeExtension(**settings: object) -> UnitsExtension:  # noqa: N802
    """Build the extension; Python-Markdown looks for this name."""
    return UnitsExtension(**settings)
