"""Fixtures for tests of the site in a browser: the built site, the browser, a tab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from site_server import served_site
from support.site_visit import CHROMIUM, Visit

playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the site is built."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="session")
def site(folder: Path) -> Iterator[str]:
    """The address of a freshly built site, served on this machine."""
    with served_site(folder) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-quic",
    ]
    with playwright.sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Any, site: str) -> Iterator[Visit]:
    tab = Visit(browser, site, "light", 1280)
    yield tab
    tab.context.close()
