"""Writes the course as a book: one HTML page with all lectures, and a PDF of it.

    python tools/book.py [--pdf] [--out build/book]

Folded answers are open, links between lectures lead to their place in the book, and figures are in
the page: it needs no network.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import site_markdown
from site_markdown import ROOT, SITE

from course.pages import decks

TITLE = "Adversarial Images"
AFTER = ("ethics", "glossary", "references")  # pages that follow the lectures
HEADING = re.compile(r'<h(?P<level>[12]) id="(?P<id>[^"]+)">(?P<words>.*?)</h[12]>', re.DOTALL)

ANSWER = re.compile(r"<details>\s*<summary>Answer</summary>(.*?)</details>", re.DOTALL)


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description="the course as one page, for print")
    parser.add_argument("--pdf", action="store_true", help="print it as well (needs Chromium)")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "book")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / "adversarial-images.html"
    path.write_text(book(), encoding="utf-8")
    print(path)
    if args.pdf:
        print(site_markdown.write_pdf(path))


def book() -> str:
    """The whole page."""
    lectures = decks.lectures(ROOT / "teaching")
    pages = {name: SITE / "lectures" / f"{name}.md" for name in lectures}
    pages |= {name: SITE / f"{name}.md" for name in AFTER}
    chapters = "".join(chapter(name, path, set(pages)) for name, path in pages.items())
    front = f'<header><p class="title">{TITLE}</p><p>A course in attacking and defending image '
    front += "classifiers</p></header>"
    return site_markdown.page(TITLE, f"<main>{front}{contents(chapters)}{chapters}</main>", "book")


def chapter(name: str, path: Path, known: set[str]) -> str:
    """One page of the site as a chapter; the anchors in it begin with its name."""
    text = path.read_text(encoding="utf-8").partition("\n---\n")[2]
    written = site_markdown.html(text, linker(name, known), path.parent)
    written = re.sub(r'\bid="([^"]*)"', rf'id="{name}--\1"', written)
    written = answers_last(written)
    written = re.sub(r"<details\b(?![^>]*\bopen)", "<details open", written)
    written = re.sub(r'<div[^>]*data-widget="[^"]*"[^>]*>.*?</div>', "", written, flags=re.S)
    return f'<article id="{name}">{written}</article>\n'


def answers_last(written: str) -> str:
    """Move the answers of "Predict first", before the first section, to the end of the chapter."""
    opening, rule, rest = written.partition("<h2")
    found = ANSWER.findall(opening)
    if not found:
        return written
    answers = "".join(f"<li>{answer}</li>" for answer in found)
    end = f"<h3>Answers to “Predict first”</h3><ol>{answers}</ol>"
    return ANSWER.sub("", opening) + rule + rest + end


def linker(name: str, known: set[str]) -> Callable[[str], str | None]:
    """The targets of a chapter's links in the book; links to other pages of the site become plain
    words."""

    def link(address: str) -> str | None:
        if re.match(r"https?:", address):
            return address
        page, _, place = address.partition("#")
        target = PurePosixPath(page).stem if page else name
        if target not in known or not (page == "" or page.endswith(".md")):
            return None
        return f"#{target}--{place}" if place else f"#{target}"

    return link


def contents(chapters: str) -> str:
    """The table of contents."""
    entries = [
        f'<li class="level{found["level"]}"><a href="#{found["id"]}">{found["words"]}</a></li>'
        for found in HEADING.finditer(chapters)
    ]
    return f"<nav><h1>Contents</h1><ul>{''.join(entries)}</ul></nav>"


if __name__ == "__main__":
    main()
