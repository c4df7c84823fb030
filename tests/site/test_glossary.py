"""The glossary: in order, each word with the place that treats it, and no abbreviation left out."""

from __future__ import annotations

import re
from pathlib import Path

SITE = Path(__file__).parents[2] / "site"
GLOSSARY = (SITE / "glossary.md").read_text(encoding="utf-8")
WORDS, SYMBOLS = GLOSSARY.split("\n## Words\n")[1].split("\n## Symbols\n")
ENTRY = re.compile(r"^(\S[^\n]*)\n:   (.*?)(?=\n\n\S|\Z)", re.MULTILINE | re.DOTALL)


def entries() -> dict[str, str]:
    """Word -> what is said of it."""
    return dict(ENTRY.findall(WORDS))


def test_words_are_in_order_and_stand_once() -> None:
    words = [word for word, _ in ENTRY.findall(WORDS)]
    assert len(words) > 80
    assert words == sorted(set(words), key=str.lower)


def test_every_word_leads_to_the_place_that_treats_it() -> None:
    places = r"\]\((lectures|reference)/[\w-]+\.md"
    assert [word for word, said in entries().items() if not re.search(places, said)] == []


def test_every_abbreviation_of_the_lectures_is_explained() -> None:
    explained = " ".join(entries())
    missing = set()
    for page in (SITE / "lectures").glob("*.md"):
        text = page.read_text(encoding="utf-8").split("\n---\n", 1)[1]
        prose = re.sub(
            r"```.*?```|`[^`]*`|\\\(.*?\\\)|\\\[.*?\\\]|\]\([^)]*\)", "", text, flags=re.S
        )
        found = re.findall(r"\b[A-Z]{2,}\b", prose)
        missing |= {word for word in found if not re.search(rf"\b{word}\b", explained)}
    assert missing == set()
