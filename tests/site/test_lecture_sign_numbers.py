"""What the lectures say about road signs is what was measured on them."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean

import pytest

from solutions import draw

LECTURES = Path(__file__).parents[2] / "site" / "lectures"


def text(lecture: str) -> str:
    return " ".join((LECTURES / f"{lecture}.md").read_text(encoding="utf-8").split())


def whole(share: float) -> str:
    return f"{100 * share:.0f}%"


def test_what_a_printed_sticker_does() -> None:
    page, rates = text("beyond-digits"), draw.measured("sticker")["rates"]
    file, front, ordinary, hard = rates.values()
    made, many = "made for the file", "made for many views"

    def both(row: dict[str, dict[str, float]]) -> tuple[str, str]:
        return whole(row[made]["target"]), whole(row[many]["target"])

    assert front[made]["target"] > front[many]["target"]
    for printed in (
        "the better one: {} against {}".format(*both(file)),
        "reaches {}, the other one {}".format(*both(ordinary)),
        "with a hard camera {} against {}".format(*both(hard)),
        f"make {whole(ordinary['random dots']['misread'])} of the ordinary photographs misread",
        f"camera {whole(hard['no sticker']['misread'])} of the *bare* signs are misread",
    ):
        assert printed in page
    assert max(row["random dots"]["target"] for row in rates.values()) < 0.1
