"""A right number that was rounded is called that, not by the name of another mistake."""

import pytest
import torch

from autograder.checks.a1_cnn.mistakes import other_accuracy
from autograder.checks.a3_fgsm.mistakes import other_rate
from autograder.checks.a6_audit.mistakes import other_unit
from autograder.checks.nearest import rounded
from autograder.judge.setting import Setting
from solutions.fgsm import attack_success_rate, fgsm


@pytest.mark.parametrize(
    ("pairs", "decimals"),
    [
        ([(0.55, 0.5476)], 2),
        ([(0.5476, 0.54763)], 4),
        ([(0.31, 0.3123), (0.0, 0.0049)], 2),
    ],
)
def test_the_decimals_are_counted(pairs: list[tuple[float, float]], decimals: int) -> None:
    assert rounded(pairs) == f"right, but rounded to {decimals} decimals: round only what you print"


@pytest.mark.parametrize("pairs", [[(0.0, 0.0001)], [(0.5, 0.5476)], [(0.55, 0.5476), (0.3, 0.38)]])
def test_another_number_is_not_rounded(pairs: list[tuple[float, float]]) -> None:
    assert rounded(pairs) == ""


def test_the_causes_of_three_assignments_say_it() -> None:
    """A success rate of four decimals was told: this is the right rate."""
    setting = Setting("a3-fgsm", "digits", b"rounding")
    network, test = setting.network("tiny-cnn", "any").module, setting.test_images(67)
    labels = network(test.images).argmax(dim=1)
    given = network, test.images, fgsm(network, test.images, labels, 0.1), labels
    rate = round(attack_success_rate(*given), 3)
    assert 0 < rate < 1
    hits = torch.arange(67) < 31
    for cause in (
        other_rate(rate, *given),
        other_accuracy(0.463, 31 / 67, hits),
        other_unit(0.186, 0.4407, 0.422),
    ):
        assert cause.startswith("right, but rounded to 3 decimals")
