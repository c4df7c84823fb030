"""An extension of Python-Markdown: lines of a page that are replaced by text from `teaching/`.

    :::questions fgsm predict     the questions of a lecture, for one use
    :::exam                       all exam questions with model answers     } only if the setting
    :::answers                    answers to exercises that pages leave open } `instructor` is on
    :::plans                      each lecture's plan in minutes and what to discuss

The switch is one environment variable, `INSTRUCTOR=1`, which `mkdocs.yml` passes on. Without it
those lines become a note that says so, and their text is not in the site.
"""

from __future__ import annotations

import re
from pathlib import Path

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from course.errors import CourseError
from course.pages import lecturers, question_text, questions

LINE = re.compile(r":::(?P<name>questions|exam|answers|plans)\b(?P<rest>.*)")
LEFT_OUT = """!!! note "Not in this build"
    This copy of the site is for students. Lecturers build theirs with `INSTRUCTOR=1 make site`."""


class TeachingPreprocessor(Preprocessor):
    """Replaces such lines before anything else reads them."""

    def __init__(self, md: Markdown, folder: Path, instructor: bool) -> None:
        super().__init__(md)
        self._folder, self._instructor = folder, instructor

    def run(self, lines: list[str]) -> list[str]:
        """Return the page's lines with their replacements."""
        written: list[str] = []
        for line in lines:
            found = LINE.fullmatch(line.rstrip())
            written += self._expand(found).splitlines() if found else [line]
        return written

    def _expand(self, found: re.Match[str]) -> str:
        name, words = found["name"], found["rest"].split()
        if name == "questions":
            if len(words) != 2 or words[1] not in question_text.TITLES:
                raise CourseError(f"{found[0]!r}: needs a lecture, and `predict` or `check`")
            lecture, use = words
            return question_text.questions(questions.read(self._folder, lecture, use), use)
        if name == "plans":
            return lecturers.plans(self._folder)
        if not self._instructor:
            return LEFT_OUT
        return (lecturers.exam if name == "exam" else lecturers.answers)(self._folder)


class TeachingExtension(Extension):
    """Has two settings: the folder of questions and plans, and the switch."""

    def __init__(self, **settings: object) -> None:
        self.config = {
            "folder": ["teaching", "where questions, answers and plans are"],
            "instructor": [False, "whether exams and answers are in the site"],
        }
        super().__init__(**settings)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Register with Python-Markdown, before code blocks and raw HTML are found."""
        folder, switch = Path(self.getConfig("folder")), bool(self.getConfig("instructor"))
        md.preprocessors.register(TeachingPreprocessor(md, folder, switch), "teaching", 33)


def makeExtension(**settings: object) -> TeachingExtension:  # noqa: N802
    """Build the extension; Python-Markdown looks for this name."""
    return TeachingExtension(**settings)
