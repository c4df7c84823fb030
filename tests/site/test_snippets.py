"""Snippets: every line of Markdown that includes a file names one, and the code gets onto the page.

A line that is not quite a snippet (`--8 < --"..."`, as a formatter of Python writes it) stays on
the page as it is, and a strict build does not complain.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

import markdown
import pytest
from mkdocs.config import load_config

ROOT = Path(__file__).parents[2]
MEANT = re.compile(r"\s*-+\s*8\s*<.*")
SNIPPET = re.compile(r'\s*--8<-- "(?P<path>[^":]+)(:(?P<section>[\w-]+))?"')
PAGES = [page for folder in ("site", "teaching") for page in sorted((ROOT / folder).rglob("*.md"))]


def fault(line: str) -> str:
    """What is wrong with a line that is meant as a snippet; empty if nothing is."""
    found = SNIPPET.fullmatch(line)
    if found is None:
        return "is no snippet"
    path = ROOT / found["path"]
    if not path.is_file():
        return "names no file"
    section = found["section"]
    if section and f"--8<-- [start:{section}]" not in path.read_text(encoding="utf-8"):
        return "names no section of its file"
    return ""


def test_every_snippet_names_what_is_there() -> None:
    meant = [
        (page.relative_to(ROOT).as_posix(), line)
        for page in PAGES
        for line in page.read_text(encoding="utf-8").splitlines()
        if MEANT.fullmatch(line)
    ]
    assert len(meant) > 100
    assert [(page, line, fault(line)) for page, line in meant if fault(line)] == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('--8<-- "solutions/fgsm.py:attack"', ""),
        ('    --8<-- "teaching/exercises/fgsm_4.py"', ""),
        ('--8 < --"teaching/exercises/fgsm_4.py"', "is no snippet"),
        ('-- 8 < -- "teaching/exercises/fgsm_4.py"', "is no snippet"),
        ('--8<--"teaching/exercises/fgsm_4.py"', "is no snippet"),
        ('--8<-- "teaching/exercises/fgsm_40.py"', "names no file"),
        ('--8<-- "solutions/fgsm.py:defence"', "names no section of its file"),
    ],
)
def test_a_broken_snippet_is_found(line: str, wrong: str) -> None:
    assert MEANT.fullmatch(line)
    assert fault(line) == wrong


def test_the_page_of_answers_shows_each_program_and_its_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rendered as `make site INSTRUCTOR=1` renders it, with the extensions of the site."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("INSTRUCTOR", "1")
    site = load_config("mkdocs.yml")
    page = markdown.markdown(
        (ROOT / "site" / "answers.md").read_text(encoding="utf-8"),
        extensions=site.markdown_extensions,
        extension_configs=site.mdx_configs,
    )
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    programs = sorted((ROOT / "teaching" / "exercises").glob("*.py"))
    assert len(programs) >= 20
    for program in programs:
        for path in (program, program.with_suffix(".txt")):
            assert path.read_text(encoding="utf-8").strip() in shown, path.name
