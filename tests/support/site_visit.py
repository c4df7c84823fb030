"""Helpers for tests of the site in a browser: a tab that records errors, and its text."""

from __future__ import annotations

import shutil
from typing import Any
from urllib.parse import urlsplit

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
NEEDS_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="needs Chromium (Debian: apt install chromium)"),
]
FIRST_SCREENS = ((1280, 800), (390, 844))


class Visit:
    """One browser tab that records errors and the servers it asked."""

    def __init__(self, browser: Any, site: str, scheme: str, width: int) -> None:
        self.site = site
        self.context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.trouble: list[str] = []
        self.responses: list[Any] = []
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("console", self._heard)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.route("**/*", self._route)

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.trouble.append(f"console: {message.text}")

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # leaving a page ends its requests in this way
            self.trouble.append(f"failed: {request.url}: {request.failure}")

    def _answered(self, response: Any) -> None:
        self.responses.append(response)
        if response.status >= 400:
            self.trouble.append(f"{response.status}: {response.url}")

    def _route(self, route: Any) -> None:
        if route.request.url.startswith((self.site, "data:", "blob:")):
            route.continue_()
        else:
            self.trouble.append(f"asked another host: {route.request.url}")
            route.abort()

    def open(self, name: str) -> Any:
        self.page.goto(self.site + name, wait_until="load")
        # Widgets start when they come near. Each is waited for before the next one is scrolled to:
        # who scrolls on within a frame has shown the browser nothing.
        for widget in self.page.query_selector_all("[data-widget]"):
            widget.evaluate("(element) => element.scrollIntoView()")
            self.page.wait_for_function("(element) => 'ready' in element.dataset", arg=widget)
        self.page.evaluate("scrollTo(0, 0)")
        # page.js looks last at what scrolls, when the fonts are there and nothing else is to do.
        self.page.wait_for_selector("body[data-reachable]", state="attached")
        return self.page


def says(page: Any) -> str:
    return str(page.locator('[data-part="says"]').inner_text())


def state(page: Any) -> dict[str, str]:
    return dict(pair.split("=") for pair in urlsplit(page.url).fragment.split("&") if pair)


def in_view(page: Any, part: str, height: int) -> bool:
    """Whether all of a part is on the screen, below the header and under nothing else."""
    place = page.locator(f'[data-part="{part}"]')
    box = place.bounding_box()
    top = page.locator(".md-header").bounding_box()
    uncovered = place.evaluate(
        """(e) => {
          const { left, right, top, bottom } = e.getBoundingClientRect();
          return e.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
        }"""
    )
    below_header = box["y"] >= top["y"] + top["height"]
    above_edge = box["y"] + box["height"] <= height + 1  # half pixels are rounded either way
    return below_header and above_edge and bool(uncovered)
