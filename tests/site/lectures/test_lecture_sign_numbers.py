"""What the lectures say about road signs is what was measured on them."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean

import pytest

from solutions import draw

LECTURES = Path(__file__).parents[3] / "site" / "lectures"


def text(lecture: str) -> str:
    return " ".join((LECTURES / f"{lecture}.md").read_text(encoding="utf-8").split())


def whole(share: float) -> str:
    return f"{100 * share:.0f}%"


def mean(runs: list[list[float]], level: int) -> float:
    return fmean(run[draw.measured("signs")["levels"].index(level)] for run in runs)


def test_what_fgsm_does_to_signs() -> None:
    page, found = text("fgsm"), draw.measured("signs")
    noise, one_step = found["attacks"]["random sign noise"], found["attacks"]["FGSM"]
    assert mean(noise, 0) - mean(noise, 8) < 0.01
    assert (
        f"where it was, at {whole(mean(noise, 8))}. FGSM leaves {whole(mean(one_step, 8))}" in page
    )
    grid = found["grid"]
    answers = (grid[kind]["predictions"] for kind in ("clean", "adversarial"))
    assert sum(a != b for a, b in zip(*answers, strict=True)) == 4
    assert "four of these five" in page
    matrix, classes = found["confusion"]["attacked"], found["about"]["classes"]
    stop, entry = classes.index("stop"), classes.index("no entry")
    assert f"{matrix[stop][entry]} times of {sum(matrix[stop])}, and stays red" in page
    limits = [classes.index(name) for name in ("30", "50", "80")]
    right = sum(matrix[k][k] for k in limits)
    among = sum(matrix[k][j] for k in limits for j in limits) - right
    assert right < 0.05 * sum(sum(matrix[k]) for k in limits)
    assert among > 0.9 * sum(sum(matrix[k]) for k in limits)


def test_what_robustness_costs_on_signs() -> None:
    page, found = text("adversarial-training"), draw.measured("signs")["PGD"]
    plain, small, large = found.values()
    clean = [whole(mean(runs, 0)) for runs in (plain, small, large)]
    assert "accuracy from {} to {}, training at 16/255 to {}.".format(*clean) in page
    left = [whole(mean(runs, 8)) for runs in (small, large, plain)]
    assert (
        "{} and {} are right under PGD at 8/255, where plain training leaves {}".format(*left)
        in page
    )
    assert abs(mean(plain, 2) - mean(large, 2)) < 0.02
    assert f"pays {100 * (mean(small, 0) - mean(large, 0)):.0f} points more" in page


def test_how_far_an_attack_on_signs_moves_the_layers() -> None:
    page = text("hooks")
    attack, noise, trained = (
        list(row.values()) for row in draw.measured("signs")["drift"].values()
    )
    assert attack == sorted(attack)
    assert f"every layer, from {whole(attack[0])} to {whole(attack[-1])}" in page
    assert round(attack[-1] / noise[-1]) == 15
    assert f"as high, at {whole(trained[0])}, and half as much arrives" in page
    assert trained[-1] / attack[-1] == pytest.approx(0.5, abs=0.05)


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
