"""What the lectures say about road signs is what was measured on them."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean

import pytest

from autograder.judge.bars import evidence
from solutions import draw

PROFILES = ("digits", "signs")
WAYS = ("clean", "transfer", "blocked", "through")
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


def test_what_a_sticker_in_the_training_images_does() -> None:
    page, found = text("other-ways-in"), draw.measured("signs_backdoor")
    clean, pasted, printed = (
        [fmean(runs) for runs in found[name]] for name in ("clean", "pasted", "printed")
    )
    images, count = found["about"]["train_images"], found["poisoned"][-1]
    classes = found["by class"]["printed"]
    for quoted in (
        f"With {count} images of {images:,} it turns {whole(pasted[-1])} of the other signs",
        f"clean accuracy falls by {100 * (clean[0] - clean[-1]):.1f} points",
        f"Only {whole(printed[-1])} are left",
        f"works on {whole(classes['50'])} of the “50”",
        f"on {whole(classes['stop'])} of the stop signs, and on no priority road",
    ):
        assert quoted in page
    assert classes["priority road"] == 0
    digits = draw.measured("other_ways")
    shares = [count / digits["about"]["train_images"] for count in digits["backdoor"]["poisoned"]]
    assert [n / images for n in found["poisoned"]] == pytest.approx(shares, abs=5e-4)
    assert all(
        sign < fmean(digit)
        for sign, digit in zip(pasted[1:], digits["backdoor"]["works"][1:], strict=True)
    )


def test_what_fewer_bits_do_to_signs() -> None:
    page, found = text("defences"), draw.measured("signs_bits")
    rows, plain = found["bits"], {n: fmean(runs) for n, runs in found["undefended"].items()}
    one, three = ({name: fmean(r[name]) for name in WAYS} for r in (rows["1"], rows["3"]))
    ends = whole(fmean(rows["8"]["transfer"])), whole(one["transfer"])
    cost, gain = (100 * (plain["clean"] - one["clean"]), 100 * (one["through"] - plain["PGD"]))
    digits = draw.measured("defences")["accuracy"]
    at = draw.measured("defences")["epsilons"].index(0.1)
    kept = [fmean(run[at] for run in digits[name]) for name in ("straight through", "plain")]
    for quoted in (
        f"With one bit it costs {cost:.0f} points",
        "seems to help, from {} to {}".format(*ends),
        f"One bit gains {gain:.0f} points, fewer than it costs",
        f"one bit kept {100 * (kept[0] - kept[1]):.0f} points more than no rounding",
        f"one in eight, and one bit keeps only {gain:.0f} points more",
        f"moves by a whole level, {255 / 15:.0f}/255.",
    ):
        assert quoted in page
    assert gain < cost
    assert plain["clean"] - three["clean"] < 0.015
    assert three["through"] - plain["PGD"] < 0.005
    assert rows["1"]["movable"] == pytest.approx(1 / 8, abs=0.01)
    assert all(row["blocked"] == row["clean"] for row in rows.values())
    same = [rows["8"][name] for name in ("clean", "transfer", "through")]
    assert same == [found["undefended"][name] for name in ("clean", "PGD", "PGD")]


def test_which_attack_gains_most_on_signs() -> None:
    page, found = text("stronger-attacks"), draw.measured("signs_attacks")["left"]
    plain, robust = ({n: fmean(runs) for n, runs in row.items()} for row in found.values())
    gains = {name: 100 * (robust["PGD"] - left) for name, left in robust.items()}
    assert round(100 * (plain["margin"] - plain["PGD"])) == 1
    assert abs(gains["FGSM"]) < 1
    for quoted in (
        f"it is the margin, by {gains['margin']:.1f} points",
        f"the steps find {gains['more steps']:.1f} points more, and five starts "
        f"{gains['more starts']:.1f}.",
        f"reports {whole(robust['PGD'])}. At most {whole(robust['worst'])} is true",
    ):
        assert quoted in page


def test_what_instructors_are_told_of_signs() -> None:
    page = " ".join((LECTURES.parent / "instructors.md").read_text(encoding="utf-8").split())
    road = mean(draw.measured("signs")["PGD"]["trained at 8/255"], 0)
    clean, worst_case = (
        {profile: evidence(profile, "a5-adversarial-training", name).mean for profile in PROFILES}
        for name in ("clean", "worst_case")
    )
    drawn = f"{100 * clean['signs']:.1f} %"
    assert f"reads {100 * road:.1f} % of the ten road signs, and {drawn} of drawn ones" in page
    row = (f"{100 * clean[p]:.1f} % and {100 * worst_case[p]:.1f} %" for p in PROFILES)
    assert f"| assignment 5, clean and under the judge's attack | {' | '.join(row)} |" in page
    row = (f"{100 * evidence(p, 'a1-cnn', 'accuracy').mean:.1f} %" for p in PROFILES)
    assert f"| assignment 1, accuracy | {' | '.join(row)} |" in page
