"""Numbers that the lectures work out by hand, recomputed."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from scipy.stats import beta, norm

from course.metrics import wilson_interval

LECTURES = Path(__file__).parent.parent / "site" / "lectures"


def text(name: str) -> str:
    return " ".join((LECTURES / f"{name}.md").read_text(encoding="utf-8").split())


def coin_test(first: int, second: int) -> float:
    """The two-sided probability of a split at least this uneven, for a fair coin."""
    total, fewer = first + second, min(first, second)
    return 2 * sum(math.comb(total, k) for k in range(fewer + 1)) / 2**total


@pytest.mark.parametrize(
    ("correct", "total", "printed"),
    [
        (600, 1_000, "56.9 to 63.0%"),
        (60, 100, "50.2 to 69.1%"),
        (6_000, 10_000, "59.0 to 61.0%"),
        (862, 1_000, "83.9 to 88.2%"),
        (880, 1_000, "85.8 to 89.9%"),
    ],
)
def test_intervals(correct: int, total: int, printed: str) -> None:
    low, high = wilson_interval(correct, total)
    assert f"{100 * low:.1f} to {100 * high:.1f}%" == printed
    assert printed in text("evaluating")


def test_paired_comparisons() -> None:
    assert (coin_test(30, 12), coin_test(130, 112)) == pytest.approx((0.008, 0.27), abs=5e-3)
    assert round(coin_test(8, 1), 3) == 0.039
    for printed in ("= 0.008", "would be 0.27", "= 0.039"):
        assert printed in text("evaluating")


def test_worst_case_of_three_attacks() -> None:
    broken = [{1, 2, 3, 4}, {3, 4, 5}, {6}]
    accuracies = [1 - len(group) / 10 for group in broken]
    assert accuracies == [0.6, 0.7, 0.9]
    assert 1 - len(set.union(*broken)) / 10 == pytest.approx(0.4)
    assert 1 - sum(1 - a for a in accuracies) == pytest.approx(0.2)


def test_restarts() -> None:
    assert (round(100 * (1 - 0.7**5)), round(100 * (1 - 0.7**10))) == (83, 97)
    assert "= 83\\%\\), ten with 97%" in text("evaluating")


def test_norms_of_the_two_perturbations() -> None:
    assert 0.1 * math.sqrt(784) == pytest.approx(2.8)
    assert round(math.sqrt(224 * 224 * 3)) == 388
    assert round(math.sqrt(40), 1) == 6.3
    low, high = -0.1307 / 0.3081, (1 - 0.1307) / 0.3081
    assert f"[{low:.3f},\\ {high:.3f}]" in text("threat-models")
    assert round(0.1 / 0.3081, 3) == 0.325


def test_base_rates() -> None:
    numbers = [
        int(n.replace(",", ""))
        for n in re.findall(r"\| (?:attacked|all) \| ([\d,]+)", text("practice"))
    ]
    assert numbers == [95, 10_094]
    assert f"**{100 * 95 / 10_094:.2f}%**" in text("practice")
    assert pytest.approx(0.001 * (1 - 0.00125), rel=2e-3) == 0.8 * 0.00125
    rare = 1 - sum(math.exp(-2) * 2**k / math.factorial(k) for k in range(10))
    assert (round(rare * 1e5, 1), round(50_000 * rare, 1)) == (4.6, 2.3)
    assert pytest.approx(49) == 200 * (0.25 * 0.95 + 0.75 * 0.01)


@pytest.mark.parametrize(
    ("votes", "total", "sigma", "bound", "radius"),
    [
        (980, 1_000, 0.25, 0.9623, 0.44),
        (1_000, 1_000, 0.25, 0.9931, 0.62),
        (10_000, 10_000, 0.25, 0.9993, 0.80),
        (10_000, 10_000, 0.1, 0.9993, 0.32),
    ],
)
def test_certified_radii(votes: int, total: int, sigma: float, bound: float, radius: float) -> None:
    lower = beta.ppf(0.001, votes, total - votes + 1)
    assert lower == pytest.approx(bound, abs=5e-5)
    assert sigma * norm.ppf(lower) == pytest.approx(radius, abs=5e-3)
    assert f"{radius:.2f}" in text("defences")


def test_smoothing_abstains_and_exercises() -> None:
    assert beta.ppf(0.001, 520, 481) < 0.5
    assert (round(norm.ppf(0.9623), 3), round(norm.ppf(0.9), 2)) == (1.778, 1.28)
    assert (round(0.5 * norm.ppf(0.9), 2), round(0.5 * norm.ppf(0.9) / 28, 3)) == (0.64, 0.023)
    assert math.exp(-17) < 2**-24
