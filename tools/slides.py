"""Writes slides of the lectures: one HTML file for each, which needs no network.

    python tools/slides.py [LECTURE ...] [--pdf] [--out build/slides]

The content is in teaching/decks/; figures, questions and the text in the speaker's notes come from
the lectures. Why not a framework: Marp and reveal.js read other Markdown than the site (formulas,
figures, snippets), and one of them needs Node. Arrow keys and printing are 100 lines.
"""

from __future__ import annotations

import argparse
import html as escaped
import re
import textwrap
from pathlib import Path

import site_markdown
from site_markdown import ROOT, SITE

from course.pages import decks, questions
from course.pages.decks import Deck, Slide
from course.pages.question_text import answer, choices
from course.pages.questions import Question

TEACHING = ROOT / "teaching"
LECTURES = SITE / "lectures"
NUMBER = "{slide}"
SNIPPET = re.compile(r'^--8<-- "(?P<path>[^":]+\.py):(?P<name>[\w-]+)"$', re.MULTILINE)
DOCSTRING = re.compile(r'^ +""".*?"""\n', re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^ *```.*?^ *```$|^ *--8<--.*$|^:::.*$", re.MULTILINE | re.DOTALL)


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description="slides of the lectures, for a browser")
    parser.add_argument("lectures", nargs="*", metavar="LECTURE", help="default: all")
    parser.add_argument("--pdf", action="store_true", help="print them as well (needs Chromium)")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "slides")
    args = parser.parse_args()
    known = decks.lectures(TEACHING)
    if unknown := set(args.lectures) - set(known):
        parser.error(f"no lecture {sorted(unknown)[0]!r}; there are {', '.join(known)}")
    args.out.mkdir(parents=True, exist_ok=True)
    for lecture in args.lectures or known:
        path = args.out / f"{lecture}.html"
        path.write_text(slides(decks.read(TEACHING, lecture)), encoding="utf-8")
        print(path)
        if args.pdf:
            print(site_markdown.write_pdf(path))
    (args.out / "index.html").write_text(index(known), encoding="utf-8")


def index(lectures: list[str]) -> str:
    """A page with a link to each lecture's slides."""
    items = "".join(
        f'<li><a href="{lecture}.html">{decks.title(lecture)}</a></li>' for lecture in lectures
    )
    return site_markdown.page("Slides", f"<main><h1>Slides</h1><ol>{items}</ol></main>", "book")


def slides(deck: Deck) -> str:
    """The page with all slides of a lecture."""
    asked = {
        question.id: question
        for use in ("predict", "check")
        for question in questions.read(TEACHING, deck.lecture, use)
    }
    title = decks.title(deck.lecture)
    parts = [opening(deck, title)]
    for slide in deck.slides:
        parts += one(deck.lecture, slide, asked)
    prompts = "\n".join(f"1. {prompt}" for prompt in deck.discussion)
    parts.append(section("To discuss", shown(prompts), deck.discussion_minutes, ""))
    numbered = "".join(part.replace(NUMBER, str(1 + n), 1) for n, part in enumerate(parts))
    return site_markdown.page(f"{title} · slides", f"<main>{numbered}</main>", "slides")


def opening(deck: Deck, title: str) -> str:
    """The first slide: the skills that students have afterwards."""
    goals = "\n".join(f"- {goal}" for goal in decks.outcomes(deck.lecture))
    body = shown(f"After this lecture you can\n\n{goals}") if goals else ""
    return section(title, body, 0, shown(f"About {deck.minutes} minutes."), "opening")


def one(lecture: str, slide: Slide, asked: dict[str, Question]) -> list[str]:
    """A slide; a question is two, the second with the answer."""
    notes = speaker_notes(lecture, slide)
    if slide.question:
        question = asked[slide.question]
        body = f"{question.ask}\n\n{choices(question)}"
        if question.kind == "number":
            body += f"\n\nYour answer: \\_\\_\\_\\_\\_\\_ {question.unit}"
        reply = section(slide.title, shown(answer(question)), 0, "", "answer")
        return [section(slide.title, shown(body), slide.minutes, notes, "question"), reply]
    body = SNIPPET.sub(code, slide.body)
    if slide.figure:
        figure = (SITE / "figures" / f"{slide.figure}.inc").read_text(encoding="utf-8")
        body = f"{body}\n\n{figure}"
    return [section(slide.title, shown(body), slide.minutes, notes)]


def code(found: re.Match[str]) -> str:
    """A piece of a source file without its docstrings, which are too long for a slide."""
    text = (ROOT / found["path"]).read_text(encoding="utf-8")
    start, end = f"# --8<-- [start:{found['name']}]\n", f"# --8<-- [end:{found['name']}]"
    piece = text.partition(start)[2].partition(end)[0]
    return DOCSTRING.sub("", textwrap.dedent(piece)).strip()


def speaker_notes(lecture: str, slide: Slide) -> str:
    """The words to say: the slide's notes, then the text of the section."""
    own = shown(slide.notes) if slide.notes else ""
    if not slide.section or slide.section == "check-yourself":
        return own
    heading, text = decks.sections(lecture)[slide.section]
    said = shown(FENCED.sub("", text))
    return f"{own}<details open><summary>The lecture: {heading}</summary>{said}</details>"


def shown(text: str) -> str:
    """HTML for a slide: links are of no use in a lecture room, so only their words stay."""
    return site_markdown.html(text, lambda _: None, LECTURES)


def section(title: str, body: str, minutes: int, notes: str, kind: str = "") -> str:
    """One slide with its notes."""
    time = f' data-minutes="{minutes}"' if minutes else ""
    unfolded = re.sub(r"<details\b(?![^>]*\bopen)", "<details open", body)
    heading = re.sub(r"\*(.+?)\*", r"<em>\1</em>", escaped.escape(title, quote=False))
    return (
        f'<section class="slide {kind}"{time}><div class="stage"><h1>{heading}</h1>'
        f'<div class="content">{unfolded}</div><p class="number">{NUMBER}</p></div>'
        f"<aside>{notes}</aside></section>\n"
    )


if __name__ == "__main__":
    main()
