"""The class page in a browser: columns sort as numbers, and nothing is cut off or squeezed."""

import contextlib

import pytest
from support.site_visit import CHROMIUM

from autograder.report.class_page import page
from autograder.report.results import CheckResult, Result
from autograder.report.roster.people import Person, Roster

playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")

LONG = "a_very_long_user-name_without_any_space@students.an-old-university.example.org"
POINTS = {"ada": (0.25, 4), "bob": (0.5, 2), LONG: (2, 0), "dan": (0.25, 2), "eve": (0, 2)}


def class_of_five() -> list[Result]:
    """Points that sort otherwise as texts, and correlations below zero."""
    made = []
    for student, points in POINTS.items():
        checks = [
            CheckResult(f"check{n}", f"Every pixel stays in [0, 1] ({n})", "WRONG", got, 4.0)
            for n, got in enumerate((*points, 3))
        ]
        score = sum(check.points for check in checks)
        made.append(Result(student, "a3-fgsm", "digits", "WRONG", score, 12, "none", 1, checks))
    return made


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    people = [Person(id=name, first_name="Ann", group="Red") for name in POINTS]
    page.write_class_page(folder, class_of_five(), Roster(tuple(people)))
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@contextlib.contextmanager
def tab(browser, address, scheme="light", width=1280):
    """The page in a tab of this width, and everything that it asked the network for."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: list[str] = []
    opened = context.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(address)
    yield opened, asked
    context.close()


@pytest.mark.parametrize(
    ("table", "column"), [("#students", "Score"), ("table:has-text('Item-rest')", "Item-rest")]
)
def test_figures_sort_as_numbers_in_both_directions(browser, address, table, column):
    with tab(browser, address) as (opened, _):
        head = opened.locator(table).locator("th", has_text=column)
        place = head.evaluate("head => head.cellIndex")
        orders = []
        for _ in range(2):
            head.get_by_role("button").click()
            cells = opened.locator(table).locator(f"tbody td:nth-child({place + 1})")
            orders.append([text.partition("/")[0].strip() for text in cells.all_inner_texts()])
    up, down = ([float(text.replace("–", "-inf")) for text in order] for order in orders)
    assert up == sorted(up)
    assert down == sorted(down, reverse=True)
    assert len(set(up)) > 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_and_a_long_name_leaves_room_for_the_rest(browser, address, scheme, width):
    with tab(browser, address, scheme, width) as (opened, asked):
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        widths = opened.locator("#students tbody tr:first-child td").evaluate_all(
            "cells => cells.map(cell => cell.clientWidth)"
        )
        assert widths[0] < widths[-1]
        score = opened.locator("#students td.figure").first
        height = score.evaluate("cell => parseFloat(getComputedStyle(cell).lineHeight)")
        text = score.evaluate(
            "cell => { const all = document.createRange(); all.selectNodeContents(cell);"
            " return all.getBoundingClientRect().height }"
        )
        assert text < 1.5 * height, "a mark is broken in two"
        opened.fill("#filter", "dan")
        assert opened.locator("#students tbody tr:visible").count() == 1
    assert asked == [address]
