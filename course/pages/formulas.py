"""Formulas of the course's pages as MathML: an extension of Python-Markdown.

A page writes TeX, between `$` or `\\(` and `\\)` in a line and between `$$` or `\\[` and `\\]` on
lines of its own. `pymdownx.arithmatex` finds it; this extension, named in `mkdocs.yml`, replaces it
by MathML Core, which browsers typeset themselves: a page with formulas needs no script for them.
"""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor
from math_core import LatexError, LatexToMathML

# The output of arithmatex in its generic mode, with the text directly before and after it.
FORMULA = re.compile(
    r"(?P<before>[^\s<>]*)"
    r'<(?P<tag>span|div) class="arithmatex">\s*\\[(\[](?P<tex>.*?)\\[)\]]\s*</(?P=tag)>'
    r"(?P<after>[^\s<>]*)",
    re.DOTALL,
)
UNBROKEN = '<span class="unbroken">{}</span>'
NAMED_ENTITY = re.compile(r"&(?!lt;|gt;|amp;|quot;)\w+;")  # XML defines only these
RELATIONS = set("=≈≠<>≤≥∈→")
LONG = 24  # characters; with fewer, a formula fits into a line of a telephone


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
        if own_line:
            return f'{found["before"]}<div class="formula">{formula}</div>{found["after"]}'
        parts = in_parts(formula)
        parts[0] = found["before"] + parts[0]
        parts[-1] += found["after"]
        return "".join(
            # Browsers would break the line between a formula and the full stop after it.
            part if part.startswith("<") and part.endswith(">") else UNBROKEN.format(part)
            for part in parts
        )


def in_parts(formula: str) -> list[str]:
    """Cut a long formula before its relations, for browsers break no line inside one."""
    named = NAMED_ENTITY.sub(lambda found: html.unescape(found[0]), formula)
    whole = ElementTree.fromstring(named)
    if len("".join(whole.itertext())) < LONG:
        return [formula]
    parts = [ElementTree.Element("math")]
    for child in whole:
        if child.tag == "mo" and child.text in RELATIONS and len(parts[-1]):
            parts.append(ElementTree.Element("math"))
        parts[-1].append(child)
    return [ElementTree.tostring(part, encoding="unicode") for part in parts]


class FormulaExtension(Extension):
    """Puts the replacement after everything else, when raw HTML is back in the page."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Register with Python-Markdown."""
        md.postprocessors.register(FormulaPostprocessor(md), "formulas", 0)


def makeExtension(**settings: object) -> FormulaExtension:  # noqa: N802
    """Build the extension; Python-Markdown looks for this name."""
    return FormulaExtension(**settings)
