"""The built site in a real browser: nothing fetched elsewhere, nothing too wide, no barrier.

Needs Chromium and the extra `browser`; `make test-site` sets both up or says what is missing.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from support.site_visit import NEEDS_BROWSER, Visit

axe_module = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = NEEDS_BROWSER
SCHEMES = ("light", "dark")
WIDTHS = (390, 1280)
# What a page may weigh when it is first opened, compressed, without pictures.
LARGEST_LOAD = 250_000
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}  # much the faster on a page of long tables
# Formulas within a line that reach beyond their text; those on lines of their own may scroll.
CUT_OFF = """() => [...document.querySelectorAll("article math:not(.formula *, table *)")]
  .filter((math) => math.getBoundingClientRect().width)
  .filter((math) => math.getBoundingClientRect().right
    > math.closest("p, li, dd, h1, h2, h3, summary, article").getBoundingClientRect().right + 1)
  .map((math) => math.textContent)"""


# Code that reaches beyond its box, for readers of a laptop.
TOO_WIDE = """() => [...document.querySelectorAll("article pre > code")]
  .filter((code) => code.scrollWidth > code.clientWidth)
  .map((code) => code.textContent.slice(0, 60))"""
# Copy buttons that stand on code.
COVERING = """() => [...document.querySelectorAll("article .md-code__nav")]
  .filter((button) => button.getBoundingClientRect().width)
  .filter((button) => button.getBoundingClientRect().left
    < button.parentElement.querySelector("code").getBoundingClientRect().right)
  .map((button) => button.parentElement.textContent.slice(0, 60))"""


@pytest.fixture(scope="module")
def names(site: str, folder: Path) -> list[str]:
    """Every page's address below the site's root."""
    pages = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("index.html"))
    assert "playground/index.html" in pages
    return [name.removesuffix("index.html") for name in pages]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_is_quiet_and_fits(
    browser: Any, site: str, names: list[str], scheme: str, width: int
) -> None:
    tab = Visit(browser, site, scheme, width)
    found = []
    for name in names:
        page = tab.open(name)
        page.add_style_tag(content="* { content-visibility: visible !important }")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            found.append(f"{name}: {wide} pixels too wide")
        found += [f"{name}: cut off: {formula}" for formula in page.evaluate(CUT_OFF)]
        found += [f"{name}: covered: {code}" for code in page.evaluate(COVERING)]
        if width > 1000:
            found += [f"{name}: too wide: {code}" for code in page.evaluate(TOO_WIDE)]
        found += [f"{name}: {what}" for what in tab.trouble]
        tab.trouble.clear()
    tab.context.close()
    assert found == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_page_has_a_serious_barrier(
    browser: Any, site: str, names: list[str], scheme: str
) -> None:
    tab = Visit(browser, site, scheme, 1280)
    axe = axe_module.Axe()
    found = set()
    for name in names:
        for rule in axe.run(tab.open(name), options=ONLY_VIOLATIONS).response["violations"]:
            if rule["impact"] in ("serious", "critical"):
                where = ", ".join(str(node["target"]) for node in rule["nodes"][:3])
                found.add(f"{name}: {rule['id']} at {where}")
    tab.context.close()
    assert sorted(found) == []


def test_first_load_is_small(browser: Any, site: str, names: list[str]) -> None:
    heavy = []
    for name in names:
        tab = Visit(browser, site, "light", 1280)
        tab.open(name).wait_for_load_state("networkidle")
        sizes = {
            response.url: len(gzip.compress(response.body()))
            for response in tab.responses
            if response.request.resource_type != "image"
        }
        tab.context.close()
        assert any("bundle" in url for url in sizes), name
        if sum(sizes.values()) > LARGEST_LOAD:
            largest = sorted(sizes.items(), key=lambda item: -item[1])[:4]
            heavy.append((name, sum(sizes.values()), largest))
    assert heavy == []


def test_search_loads_its_index_when_used_and_finds(visit: Visit) -> None:
    page = visit.open("")
    page.wait_for_load_state("networkidle")
    assert not [response.url for response in visit.responses if "search_index" in response.url]
    page.keyboard.press("/")
    page.keyboard.type("epsilon")
    page.locator('.md-search-result__link[href*="h=epsilon"]').first.click()
    page.wait_for_load_state("networkidle")
    assert page.locator("article mark").count() > 0
    assert visit.trouble == []
