"""Formulas of the course's pages as MathML: an extension of Python-Markdown.

A page writes TeX, between `$` or `\\(` and `\\)` in a line and between `$$` or `\\[` and `\\]` on
lines of its own. `pymdownx.arithmatex` finds it; this extension, named in `mkdocs.yml`, replaces it
by MathML Core, which browsers typeset themselves: a page with formulas needs no script for them.
"""

from __future__ import annotations

import html
import re

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor
from math_core import LatexError, LatexToMathML

# What arithmatex leaves in its generic mode.
FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\s*\\[(\[](?P<tex>.*?)\\[)\]]\s*</(?P=tag)>', re.DOTALL
)


class FormulaPostprocessor(Postprocessor):
    """Replaces TeX in a finished page."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self._converter = LatexToMathML(fancy_error=False)

    def run(self, text: str) -> str:
        """Return the page's HTML with MathML for TeX.

        Raises:
            ValueError: a formula uses TeX that the converter does not know.
        """
        return FORMULA.sub(self._typeset, text)

    def _typeset(self, found: re.Match[str]) -> str:
        tex, own_line = html.unescape(found["tex"]), found["tag"] == "div"
        try:
            formula = self._converter.convert_with_local_state(tex, displaystyle=own_line)
        except LatexError as error:
            raise ValueError(f"The formula {tex.strip()!r} cannot be typeset: {error}") from error
        return f'<div class="formula">{formula}</div>' if own_line else formula


class FormulaExtension(Extension):
    """Puts the replacement after everything else, when raw HTML is back in the page."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Register with Python-Markdown."""
        md.postprocessors.register(FormulaPostprocessor(md), "formulas", 0)


def makeExtension(**settings: object) -> FormulaExtension:  # noqa: N802
    """Build the extension; Python-Markdown looks for this name."""
    return FormulaExtension(**settings)
