"""The home page's attack and the playground in a browser: by mouse, by keyboard, by address."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from support.site_visit import FIRST_SCREENS, NEEDS_BROWSER, Visit, in_view, says, state

pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")

pytestmark = NEEDS_BROWSER
PLAYGROUND = "playground/"


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
    page.get_by_text("Take your own").click()
    pad = page.locator('[data-part="pad"]')
    pad.scroll_into_view_if_needed()
    assert in_view(page, "attacked", 900)
    box = pad.bounding_box()
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
    page.get_by_text("Take your own").click()
    page.locator('[data-part="wipe"]').click()
    assert "drawn" not in state(page)


def test_playground_draws_by_keyboard(visit: Visit) -> None:
    page = visit.open(PLAYGROUND)
    page.get_by_text("Take your own").click()
    page.locator('[data-part="pad"]').focus()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    assert "drawn" in state(page)


def test_playground_changes_to_signs_and_back(visit: Visit) -> None:
    page = visit.open(PLAYGROUND + "#set=signs&picture=4&eps=8")
    assert "reads this 50 as 80" in says(page)
    assert page.locator('input[name="picture"]').count() == 10
    assert not page.locator('[data-part="pad"]').is_visible()
    page.get_by_label("towards").select_option("30")
    page.get_by_label("PGD, 10 steps").check()
    assert "reads this 50 as 30" in says(page)
    page.get_by_label("digits").check()
    assert "target" not in state(page)
    assert page.locator('input[name="picture"]').count() == 20
    assert visit.trouble == []


def test_playground_takes_a_picture_of_the_readers_own(visit: Visit, tmp_path: Path) -> None:
    picture = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(picture).line([(150, 30), (150, 170)], fill="black", width=24)
    picture.save(tmp_path / "one.png")
    (tmp_path / "none.png").write_text("no picture")
    page = visit.open(PLAYGROUND)
    page.get_by_text("Take your own").click()
    upload = page.locator('[data-part="upload"]')
    upload.set_input_files(tmp_path / "none.png")
    page.get_by_text("cannot read this file").wait_for()
    upload.set_input_files(tmp_path / "one.png")
    page.wait_for_function("location.hash.includes('drawn')")
    assert page.locator('[data-part="label"]').input_value() == "1"
    page.get_by_label("road signs").check()
    upload.set_input_files([])
    upload.set_input_files(tmp_path / "one.png")
    page.wait_for_function("!document.querySelector('input[name=picture]:checked')")
    assert says(page)
    assert visit.trouble == []


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
