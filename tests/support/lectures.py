"""The text of a lecture, with its questions, as tests compare it with computed numbers."""

from __future__ import annotations

import markdown

from course.pages.decks import page
from course.pages.teaching import TeachingPreprocessor
from support.checkout import ROOT


def text(name: str) -> str:
    """A lecture's page in one line, its questions among it."""
    expand = TeachingPreprocessor(markdown.Markdown(), ROOT / "teaching", instructor=False)
    return " ".join(" ".join(expand.run(page(name).splitlines())).split())
