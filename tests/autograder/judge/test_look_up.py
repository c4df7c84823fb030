"""An answer that attacks published images in place of those it was given is told from mistakes."""

import pytest
import torch
from torch import Tensor

from autograder.checks.attacked import Trial, attacks_what_it_was_given
from autograder.errors import Wrong
from autograder.judge import inputs
from autograder.judge.setting import Setting

SETTING = Setting("a3-fgsm", "digits", b"one")
EPSILON = 0.1
PUBLISHED = torch.rand(50, 1, 6, 6, generator=torch.Generator().manual_seed(0))
GIVEN = (0.7 * PUBLISHED[:10] + 0.3).clamp(0, 1)  # lighter: no published image is within epsilon
SIGNS = torch.rand(GIVEN.shape, generator=torch.Generator().manual_seed(1)).sub(0.5).sign()


def trial(adversarial: Tensor) -> Trial:
    network = SETTING.network("linear", "of this test")
    return Trial(network, GIVEN, torch.zeros(10, dtype=torch.int64), EPSILON, adversarial)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "published", lambda _profile: PUBLISHED)


def test_published_images_attacked_are_named(known: None) -> None:
    looked_up = (PUBLISHED[:10] + EPSILON * SIGNS).clamp(0, 1)
    with pytest.raises(Wrong) as fault:
        attacks_what_it_was_given(trial(looked_up), SETTING)
    assert "looked up" in fault.value.cause


@pytest.mark.parametrize("factor", [2, 10, 255])
def test_too_large_a_step_is_no_look_up(known: None, factor: float) -> None:
    attacks_what_it_was_given(trial((GIVEN + factor * EPSILON * SIGNS).clamp(0, 1)), SETTING)


def test_an_attack_within_epsilon_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "published", lambda _profile: pytest.fail("it was loaded"))
    attacks_what_it_was_given(trial((GIVEN + EPSILON * SIGNS).clamp(0, 1)), SETTING)


def test_road_signs_stand_in_no_file() -> None:
    assert len(inputs.published("signs")) == 0
    assert len(inputs.published("digits")) == 1797
