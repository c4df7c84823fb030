"""The widgets that stand in lectures, in a browser: when they load, by keyboard, by touch, without
a script.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.site_visit import NEEDS_BROWSER, Visit, says, state

pytestmark = NEEDS_BROWSER
PLACES = {
    "lectures/fgsm/": ["pixel"],
    "lectures/stronger-attacks/": ["path", "ladder"],
    "lectures/defences/": ["ladder", "ladder", "ladder"],
    "lectures/hooks/": ["drift"],
}


def slider(page: Any, part: str, key: str) -> None:
    page.locator(f'[data-part="{part}"]').first.focus()
    page.keyboard.press(key)


@pytest.mark.parametrize("name", PLACES)
def test_a_widget_loads_when_it_is_seen(visit: Visit, name: str) -> None:
    page = visit.page
    page.goto(visit.site + name, wait_until="networkidle")
    widgets = page.locator("[data-widget]")
    assert [widget.get_attribute("data-widget") for widget in widgets.all()] == PLACES[name]
    assert page.locator("[data-widget][data-ready]").count() == 0
    assert not [reply.url for reply in visit.responses if "engine.js" in reply.url]
    height = widgets.first.bounding_box()["height"]
    assert height > 300  # room is kept, so that the page does not jump
    for widget in widgets.all():
        widget.scroll_into_view_if_needed()
        page.wait_for_function("(e) => 'ready' in e.dataset", arg=widget.element_handle())
    for canvas in page.locator("[data-widget] canvas").all():
        assert re.search(r"\w{2}", canvas.get_attribute("aria-label") or "")
    assert visit.trouble == []


def test_pixel_shows_the_formula_and_its_state_opens_in_the_playground(visit: Visit) -> None:
    page = visit.open("lectures/fgsm/")
    assert "reads this 8 as 9" in says(page)
    box = page.locator('[data-part="clean"]').bounding_box()
    page.locator('[data-part="clean"]').click(position={"x": 2, "y": box["height"] - 3})
    assert page.locator('[data-part="row"]').input_value() == "27"
    assert page.locator('[data-part="column"]').input_value() == "0"
    assert page.locator('[data-part="pixel-x"]').inner_text() == "0.000"
    page.locator('[data-part="row"]').fill("10")
    page.keyboard.press("Enter")
    slider(page, "epsilon", "Home")
    assert "still reads 8" in says(page)
    slider(page, "epsilon", "End")
    before = says(page)
    page.get_by_text("Open in the playground").click()
    page.wait_for_selector("#playground[data-ready]")
    assert (state(page)["eps"], state(page)["row"]) == ("102", "10")
    assert re.search(r"as (\d)\.", says(page))[1] == re.search(r"as (\d)\.", before)[1]  # type: ignore[index]
    assert visit.trouble == []


def test_path_in_its_lecture_by_keyboard(visit: Visit) -> None:
    page = visit.open("lectures/stronger-attacks/")
    says_step = page.locator('[data-widget="path"] [data-part="says"]')
    slider(page, "step", "Home")
    assert says_step.inner_text().startswith("Step 0:")
    assert "#" not in page.url  # a lecture's address stays that of its section
    slider(page, "step", "ArrowRight")
    assert says_step.inner_text().startswith("Step 1:")
    page.locator("summary", has_text="The way in numbers").click()
    assert page.locator('[data-part="rows"] tr').count() == 11
    address = page.locator('[data-widget="path"] [data-part="onward"]').get_attribute("href")
    assert address.endswith("playground/path/#picture=16&net=plain&eps=26&step=1")


def test_drift_grows_with_fgsm_and_not_with_noise(visit: Visit) -> None:
    page = visit.open("lectures/hooks/")
    slider(page, "epsilon", "ArrowRight")
    shares = [
        [float(cell.split()[0]) for cell in row.locator("td").all_inner_texts()]
        for row in page.locator('[data-part="rows"] tr').all()
    ]
    (pixels, noisy), *_, (logits, noise_at_logits) = shares
    assert logits > pixels
    assert noise_at_logits < noisy
    assert "times as far" in says(page)


def test_ladder_in_its_lecture_by_touch(browser: Any, site: str) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(site + "lectures/defences/")
    widget = page.locator('[data-widget="ladder"]').first
    widget.scroll_into_view_if_needed()
    page.wait_for_function("(e) => 'ready' in e.dataset", arg=widget.element_handle())
    assert "The defence holds" in widget.locator('[data-part="says"]').inner_text()
    widget.get_by_role("button", name="Follow the margin").tap()
    assert "Broken" in widget.locator('[data-part="says"]').inner_text()
    address = widget.locator('[data-part="onward"]').get_attribute("href")
    assert address.endswith("playground/ladder/#rung=distilled&remedy=margin&picture=16")
    context.close()


@pytest.mark.parametrize("name", PLACES)
def test_without_a_script_words_and_figures_stand_there(browser: Any, site: str, name: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + name)
    for widget in page.locator("[data-widget]").all():
        assert widget.inner_text().startswith("With JavaScript")
        assert widget.bounding_box()["height"] < 200
    context.close()
