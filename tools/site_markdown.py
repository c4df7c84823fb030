"""Turns the lectures' Markdown into HTML outside the site: for slides and for the book.

The extensions and their settings are those of mkdocs.yml. All that a page needs is put into it:
figures, in the version for light paper, and the font of the formulas. So one file can be opened
anywhere, without a network.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import markdown

ROOT = Path(__file__).parent.parent
SITE = ROOT / "site"
STYLE = ROOT / "tools" / "print"
DARK = re.compile(r"<img[^>]*#only-dark[^>]*>")
IMAGE = re.compile(r'(<img[^>]*\bsrc=")(?P<path>[^"#]+)(?:#[^"]*)?(")')
LINK = re.compile(
    r'<a\b(?P<before>[^>]*?)\bhref="(?P<address>[^"]*)"[^>]*>(?P<words>.*?)</a>', re.S
)
TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


@cache
def converter() -> markdown.Markdown:
    """Python-Markdown with everything that the site uses."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    from mkdocs.config import load_config  # noqa: PLC0415  # reads the variable when it is loaded

    config = load_config(str(ROOT / "mkdocs.yml"))
    return markdown.Markdown(
        extensions=config.markdown_extensions, extension_configs=config.mdx_configs
    )


def html(text: str, link: Callable[[str], str | None], folder: Path) -> str:
    """The HTML of a text that stands in `folder` of the site.

    `link` gives an address its new one, or None where only the words should stay.
    """
    written = DARK.sub("", converter().reset().convert(text))

    def linked(found: re.Match[str]) -> str:
        if found["words"] == "#":  # the permanent link of a heading
            return ""
        address = link(found["address"])
        return found["words"] if address is None else f'<a href="{address}">{found["words"]}</a>'

    return IMAGE.sub(lambda found: embedded(found, folder), LINK.sub(linked, written))


def embedded(found: re.Match[str], folder: Path) -> str:
    """An image with its file in its address."""
    path = (folder / found["path"]).resolve()
    return f"{found[1]}{data_address(path, TYPES[path.suffix])}{found[3]}"


def data_address(path: Path, kind: str) -> str:
    """A file as an address that holds it."""
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def page(title: str, body: str, name: str) -> str:
    """A page with its own style and, if there is one, script: `name` of tools/print/."""
    font = data_address(SITE / "assets" / "math" / "course-math.woff2", "font/woff2")
    face = f'@font-face {{ font-family: "Course Math"; src: url({font}) format("woff2"); }}'
    script = STYLE / f"{name}.js"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f"<style>{face}\n{(STYLE / f'{name}.css').read_text(encoding='utf-8')}</style></head>",
        f"<body>{body}",
        f"<script>{script.read_text(encoding='utf-8')}</script>" if script.is_file() else "",
        "</body></html>\n",
    ]
    return "\n".join(parts)


def write_pdf(page: Path) -> Path:
    """Print a page through Chromium into a PDF beside it.

    Raises SystemExit where Playwright or Chromium is missing.
    """
    import shutil  # noqa: PLC0415

    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415
    except ImportError:
        raise SystemExit("A PDF needs the extra `browser`: pip install -e '.[browser]'") from None
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        raise SystemExit("A PDF needs Chromium. On Debian: sudo apt install chromium")
    target = page.with_suffix(".pdf")
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(page.resolve().as_uri(), wait_until="load")
        tab.evaluate("document.fonts.ready")
        tab.pdf(path=str(target), prefer_css_page_size=True, print_background=True, outline=True)
        browser.close()
    return target
