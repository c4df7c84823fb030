"""Slides follow their lecture: what it draws has a slide, and what a slide counts, it says."""

from __future__ import annotations

import re

import pytest
from support import lectures
from support.checkout import ROOT

from course.pages import decks

LECTURES = decks.lectures(ROOT / "teaching")
FIGURES = ROOT / "site" / "figures"
DRAWN = re.compile(r'"site/figures/([\w-]+)\.inc"|\]\(\.\./assets/')
PERCENTAGE = re.compile(r"(\d+(?:\.(\d+))?)\\?\s*%")
MEASURED = re.compile(r"\d+\.\d+|\d+(?=\\?\s*%)")  # ranges have their sign at the end only


@pytest.mark.parametrize("lecture", LECTURES)
def test_every_section_with_a_figure_has_a_slide(lecture: str) -> None:
    shown = {slide.section for slide in decks.read(ROOT / "teaching", lecture).slides}
    drawn = {name for name, (_, text) in decks.sections(lecture).items() if DRAWN.search(text)}
    assert drawn <= shown


@pytest.mark.parametrize("lecture", LECTURES)
def test_a_slides_figure_is_one_of_the_lectures(lecture: str) -> None:
    drawn = {name for name in DRAWN.findall(lectures.text(lecture)) if name}
    used = {slide.figure for slide in decks.read(ROOT / "teaching", lecture).slides}
    assert used - {""} <= drawn


@pytest.mark.parametrize("lecture", LECTURES)
def test_a_slides_percentages_are_the_lectures(lecture: str) -> None:
    """A slide may round what stands on the page, in its figures and in its questions."""
    page = lectures.text(lecture)
    drawn = [(FIGURES / f"{name}.inc").read_text("utf-8") for name in DRAWN.findall(page) if name]
    known = [float(number) for text in (page, *drawn) for number in MEASURED.findall(text)]
    for slide in decks.read(ROOT / "teaching", lecture).slides:
        for found in PERCENTAGE.finditer(f"{slide.title} {slide.body} {slide.notes}"):
            rounded = {f"{number:.{len(found[2] or '')}f}" for number in known}
            assert found[1] in rounded, (slide.title, found[0])
