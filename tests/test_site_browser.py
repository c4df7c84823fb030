"""The built site in a real browser: nothing fetched elsewhere, nothing too wide, no barrier.

Needs Chromium and the extra `browser`; `make test-site` sets both up or says what is missing.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from site_server import served_site

playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")
axe_module = pytest.importorskip("axe_playwright_python.sync_playwright")

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="needs Chromium (Debian: apt install chromium)"),
]
SCHEMES = ("light", "dark")
WIDTHS = (390, 1280)
# What a page may weigh when it is first opened, compressed, without pictures.
LARGEST_LOAD = 250_000
FIRST_SCREENS = ((1280, 800), (390, 844))
PLAYGROUND = "playground/"
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
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the site is built."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    """The address of a freshly built site, served on this machine."""
    with served_site(folder) as address:
        yield address


@pytest.fixture(scope="module")
def names(site: str, folder: Path) -> list[str]:
    """Every page's address below the site's root."""
    pages = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("index.html"))
    assert PLAYGROUND + "index.html" in pages
    return [name.removesuffix("index.html") for name in pages]


@pytest.fixture(scope="module")
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


class Visit:
    """One browser tab that notes what went wrong and whom it asked."""

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
        if request.failure != "net::ERR_ABORTED":  # which is how leaving a page ends its requests
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
        for widget in self.page.locator("[data-widget]").all():  # which start when they come near
            widget.evaluate("(element) => element.scrollIntoView()")
        self.page.wait_for_function("!document.querySelector('[data-widget]:not([data-ready])')")
        self.page.evaluate("scrollTo(0, 0)")
        # page.js looks last at what scrolls, when the fonts are there and nothing else is to do.
        self.page.wait_for_selector("body[data-reachable]", state="attached")
        return self.page


@pytest.fixture
def visit(browser: Any, site: str) -> Iterator[Visit]:
    tab = Visit(browser, site, "light", 1280)
    yield tab
    tab.context.close()


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


# --- playground ----------------------------------------------------------------------------------


def says(page: Any) -> str:
    return str(page.locator('[data-part="says"]').inner_text())


def state(page: Any) -> dict[str, str]:
    return dict(pair.split("=") for pair in urlsplit(page.url).fragment.split("&") if pair)


def test_playground_attack_fools_and_noise_does_not(visit: Visit) -> None:
    page = visit.open(PLAYGROUND)
    assert "is fooled by FGSM" in says(page)
    page.get_by_label("random noise (control)").check()
    assert "withstands random noise" in says(page)
    page.get_by_label("FGSM", exact=True).check()
    page.get_by_label("adversarially trained").check()
    assert "withstands FGSM" in says(page)
    assert visit.trouble == []


@pytest.mark.parametrize(("width", "height"), FIRST_SCREENS)
def test_home_attacks_a_picture_on_its_first_screen(
    browser: Any, site: str, width: int, height: int
) -> None:
    tab = Visit(browser, site, "light", width)
    tab.page.set_viewport_size({"width": width, "height": height})
    page = tab.open("")
    parts = ["clean", "change", "attacked", "says", "epsilon"]
    assert [part for part in parts if not in_view(page, part, height)] == []
    assert "The network now reads" in says(page)
    page.locator('[data-part="epsilon"]').focus()
    page.keyboard.press("Home")
    assert "and so does the network" in says(page)
    page.keyboard.press("End")
    page.get_by_text("Open in the playground").click()
    page.wait_for_selector("#playground[data-ready]")
    assert "is fooled by FGSM" in says(page)
    assert tab.trouble == []
    tab.context.close()


@pytest.mark.parametrize(("width", "height"), FIRST_SCREENS)
def test_playground_shows_pictures_and_slider_at_once(
    browser: Any, site: str, width: int, height: int
) -> None:
    tab = Visit(browser, site, "light", width)
    tab.page.set_viewport_size({"width": width, "height": height})
    page = tab.open(PLAYGROUND)
    parts = ["epsilon", "clean", "change", "attacked", "says"]
    parts += ["rows"] if width > 1000 else []
    assert [part for part in parts if not in_view(page, part, height)] == []
    # The pictures stay while the last of the controls is reached.
    page.locator('[data-part="copy"]').evaluate("(e) => e.scrollIntoView({ block: 'end' })")
    assert in_view(page, "copy", height)
    assert [part for part in parts[1:4] if not in_view(page, part, height)] == []
    tab.context.close()


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
    return below_header and box["y"] + box["height"] <= height and bool(uncovered)


def test_playground_by_keyboard(visit: Visit) -> None:
    page = visit.open(PLAYGROUND)
    slider = page.locator('[data-part="epsilon"]')
    slider.focus()
    page.keyboard.press("Home")
    assert "0.000 = 0/255" in page.locator('[data-part="epsilon-text"]').inner_text()
    assert "withstands" in says(page)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert state(page)["eps"] == "3"
    page.locator('input[name="picture"]:checked').focus()
    page.keyboard.press("ArrowRight")
    assert state(page)["picture"] == "17"


def test_playground_state_is_in_the_address(visit: Visit) -> None:
    page = visit.open(PLAYGROUND + "#picture=4&net=defended&attack=pgd&eps=40&row=3&column=5")
    assert page.locator('input[name="net"]:checked').get_attribute("value") == "defended"
    assert page.locator('input[name="attack"]:checked').get_attribute("value") == "pgd"
    assert "40/255" in page.locator('[data-part="epsilon-text"]').inner_text()
    assert page.locator('[data-part="row"]').input_value() == "3"
    before = says(page)
    page.get_by_role("button", name="Reset").click()
    assert says(page) != before
    assert state(page)["net"] == "plain"


def test_playground_bears_a_broken_address(visit: Visit) -> None:
    nonsense = "#picture=999&net=constructor&attack=%3Cscript%3E&eps=-1&drawn=zz&target=x"
    page = visit.open(PLAYGROUND + nonsense)
    assert "The plain network" in says(page)
    assert visit.trouble == []


def test_playground_reads_a_drawn_one(visit: Visit) -> None:
    page = visit.open(PLAYGROUND)
    page.get_by_text("Draw or upload your own").click()
    box = page.locator('[data-part="pad"]').bounding_box()
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + 0.15 * box["height"])
    page.mouse.down()
    page.mouse.move(middle, box["y"] + 0.85 * box["height"], steps=12)
    page.mouse.up()
    assert "drawn" in state(page)
    assert page.locator('[data-part="label"]').input_value() == "1"
    page.reload(wait_until="networkidle")
    page.wait_for_selector("#playground[data-ready]")
    assert page.locator('[data-part="label"]').input_value() == "1"
    page.get_by_text("Draw or upload your own").click()
    page.locator('[data-part="wipe"]').click()
    assert "drawn" not in state(page)


def test_playground_draws_by_keyboard(visit: Visit) -> None:
    page = visit.open(PLAYGROUND)
    page.get_by_text("Draw or upload your own").click()
    page.locator('[data-part="pad"]').focus()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    assert "drawn" in state(page)


def test_playground_formula_adds_up(visit: Visit) -> None:
    page = visit.open(PLAYGROUND)
    for row, column in ((10, 12), (14, 14), (0, 0), (20, 9)):
        page.locator('[data-part="row"]').fill(str(row))
        page.locator('[data-part="column"]').fill(str(column))
        page.keyboard.press("Enter")
        number = {
            name: float(page.locator(f'[data-part="pixel-{name}"]').inner_text())
            for name in ("x", "slope", "sign", "step", "sum", "result")
        }
        sign = (number["slope"] > 0) - (number["slope"] < 0)
        assert number["sign"] == sign
        assert number["step"] == pytest.approx(sign * 26 / 255, abs=6e-4)
        assert number["sum"] == pytest.approx(number["x"] + number["step"], abs=2e-3)
        assert number["result"] == pytest.approx(min(max(number["sum"], 0), 1), abs=2e-3)


def test_playground_says_everything_in_words(visit: Visit) -> None:
    page = visit.open(PLAYGROUND)
    for canvas in page.locator('#playground canvas[role="img"]').all():
        assert re.search(r"\w{4}", canvas.get_attribute("aria-label") or "")
    assert page.locator('[data-part="rows"] tr').count() == 10
    assert "Probability of the true class" in page.locator('[data-part="curve-text"]').inner_text()


def test_playground_works_from_a_file(browser: Any, site: str, folder: Path) -> None:
    page = browser.new_page()
    page.goto((folder / "playground" / "index.html").as_uri())
    page.wait_for_selector("#playground[data-ready]")
    assert "is fooled by FGSM" in says(page)
    page.close()


# --- the playground's other views ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "parts"),
    [
        ("path/", ["attacked", "loss", "plain", "defended", "says", "step", "epsilon"]),
        ("smoothing/", ["clean", "attacked", "radius", "epsilon"]),
        ("ladder/", ["clean", "gradient", "attacked", "says"]),
        ("train/", ["begin", "clean", "attacked"]),
    ],
)
def test_other_views_show_pictures_and_controls_at_once(
    browser: Any, site: str, view: str, parts: list[str]
) -> None:
    for width, height in FIRST_SCREENS:
        tab = Visit(browser, site, "light", width)
        tab.page.set_viewport_size({"width": width, "height": height})
        page = tab.open(PLAYGROUND + view)
        assert [part for part in parts if not in_view(page, part, height)] == [], width
        for canvas in page.locator("[data-widget] canvas").all():
            assert re.search(r"\w{2}", canvas.get_attribute("aria-label") or "")
        assert tab.trouble == []
        tab.context.close()


def test_path_goes_step_by_step_by_keyboard(visit: Visit) -> None:
    page = visit.open(PLAYGROUND + "path/#net=plain&eps=26&picture=16&step=0")
    page.wait_for_selector("[data-surveyed]")
    assert says(page).startswith("Step 0:")
    page.locator('[data-part="step"]').focus()
    page.keyboard.press("ArrowRight")
    assert says(page).startswith("Step 1:")
    assert state(page)["step"] == "1"
    loss = [
        float(cell.inner_text())
        for cell in page.locator('[data-part="rows"] td:nth-child(2)').all()
    ]
    assert loss[0] < loss[5] < loss[10]
    misread = [
        float(
            re.search(
                r"([\d.]+)\s%", page.locator(f'figure:has([data-part="{name}"])').inner_text()
            )[1]
        )  # type: ignore[index]
        for name in ("plain", "defended")
    ]
    assert misread[0] > misread[1]
    assert visit.trouble == []


def test_smoothing_votes_and_abstains(visit: Visit) -> None:
    page = visit.open(PLAYGROUND + "smoothing/#sigma=25&picture=16")
    page.wait_for_selector("[data-counted]")
    assert "with 99.9" in says(page)
    votes = [
        int(cell.inner_text()) for cell in page.locator('[data-part="rows"] td:nth-child(2)').all()
    ]
    assert sum(votes) == 1000
    small = radius(page)
    page.locator('[data-part="epsilon"]').focus()
    page.keyboard.press("Home")
    page.wait_for_selector("[data-counted]")
    assert 0 < radius(page) < small
    page.keyboard.press("End")
    page.wait_for_selector("[data-counted]")
    assert state(page)["sigma"] == "100"
    assert visit.trouble == []


def radius(page: Any) -> float:
    return float(page.locator('[data-part="radius"]').inner_text().removeprefix("R = "))


@pytest.mark.parametrize(
    ("rung", "remedy"),
    [("1", "Go through it"), ("2", "Follow the margin"), ("4", "Follow the margin")],
)
def test_ladder_falls_to_the_right_remedy(visit: Visit, rung: str, remedy: str) -> None:
    page = visit.open(PLAYGROUND + "ladder/")
    page.get_by_role("button", name=f"{rung} ·").click()
    page.wait_for_selector("[data-counted]")
    assert "The defence holds" in says(page)
    assert "all 784 values are 0" in page.locator('figure:has([data-part="gradient"])').inner_text()
    assert page.locator('[data-part="shown"]').inner_text() == ""
    before = int(page.locator("[data-counted]").get_attribute("data-counted"))
    page.get_by_role("button", name=remedy).click()
    page.wait_for_selector("[data-counted]")
    assert "Broken" in says(page)
    assert int(page.locator("[data-counted]").get_attribute("data-counted")) < before - 8
    assert "Shown:" in page.locator('[data-part="shown"]').inner_text()
    assert visit.trouble == []


def test_the_page_trains_a_network(visit: Visit) -> None:
    page = visit.open(PLAYGROUND + "train/#way=clean&seed=2")
    page.locator('[data-part="begin"]').click()
    page.wait_for_selector("[data-finished]", timeout=300_000)
    shares = page.locator('[data-part="rows"] tr:last-child td').all_inner_texts()
    assert float(shares[1].split()[0]) > 90
    assert float(shares[2].split()[0]) < 70
    assert visit.trouble == []
