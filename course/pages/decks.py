"""Slides of the lectures, read from `teaching/decks/`: content, minutes, and the words to say.

`tools/slides.py` makes slides of them, and `course.pages.lecturers` a plan in minutes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from course.errors import CourseError

LECTURES = Path("site") / "lectures"
FIELDS = {"title", "minutes", "section", "body", "figure", "question", "notes"}
HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Slide:
    """One slide: a title that states the idea, and a body, a figure or a question under it.

    `section` is the anchor of the lecture's section that it presents; that section's text goes into
    the speaker's notes. `question` is the id of one of the lecture's questions.
    """

    title: str
    minutes: int
    section: str = ""
    body: str = ""
    figure: str = ""
    question: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Deck:
    """The slides of a lecture, and what to discuss."""

    lecture: str
    slides: tuple[Slide, ...]
    discussion: tuple[str, ...]
    discussion_minutes: int

    @property
    def minutes(self) -> int:
        """The minutes that the lecture takes."""
        return sum(slide.minutes for slide in self.slides) + self.discussion_minutes


def lectures(folder: Path) -> list[str]:
    """The lectures' names in the order of the course."""
    found = yaml.safe_load((folder / "lectures.yml").read_text(encoding="utf-8"))
    return [str(name) for name in found]


def read(folder: Path, lecture: str) -> Deck:
    """The deck of a lecture.

    Raises CourseError where the file is missing, or a slide has an unknown field or no title.
    """
    path = folder / "decks" / f"{lecture}.yml"
    if not path.is_file():
        raise CourseError(f"there are no slides for the lecture {lecture!r}: {path} is missing")
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    for values in found["slides"]:
        unknown = set(values) - FIELDS
        if unknown or not {"title", "minutes"} <= set(values):
            what = f"unknown field {sorted(unknown)[0]!r}" if unknown else "`title` or `minutes`"
            raise CourseError(f"{path}, slide {values.get('title')!r}: {what}")
    slides = tuple(Slide(**values) for values in found["slides"])
    discussion = tuple(str(each).strip() for each in found["discussion"])
    return Deck(lecture, slides, discussion, int(found["discussion_minutes"]))


# --- the text of a lecture's page -----------------------------------------------------------------


def page(lecture: str) -> str:
    """The Markdown of a lecture, without its front matter."""
    text = (LECTURES / f"{lecture}.md").read_text(encoding="utf-8")
    return text.partition("\n---\n")[2].strip()


def title(lecture: str) -> str:
    """The title of a lecture."""
    return page(lecture).splitlines()[0].removeprefix("# ")


def outcomes(lecture: str) -> list[str]:
    """The skills that its students have afterwards, one line each."""
    found = re.search(r"After this page you can\n\n((?:- .+\n(?:  .+\n)*)+)", page(lecture))
    if not found:
        return []
    return [" ".join(each.split()).rstrip(";.") for each in found[1].split("- ")[1:]]


def sections(lecture: str) -> dict[str, tuple[str, str]]:
    """The sections of a lecture by their anchors: heading, and text up to the next heading."""
    text = page(lecture)
    marks = list(HEADING.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return {
        anchor(mark[2]): (mark[2], text[mark.end() : end].strip())
        for mark, end in zip(marks, ends, strict=True)
    }


def anchor(heading: str) -> str:
    """The anchor that Python-Markdown gives a heading."""
    words = re.sub(r"[^\w\s-]", "", heading.lower()).strip()
    return re.sub(r"[-\s]+", "-", words)


def grouped(slides: Sequence[Slide]) -> list[list[Slide]]:
    """Consecutive slides of the same section."""
    groups: list[list[Slide]] = []
    for slide in slides:
        if groups and groups[-1][0].section == slide.section:
            groups[-1].append(slide)
        else:
            groups.append([slide])
    return groups
