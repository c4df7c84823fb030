"""What the judge asks of an evaluation tells right from wrong whatever the secret is."""

import copy

import pytest

from autograder.checks import a6_audit
from autograder.setting import Setting
from course import metrics


@pytest.mark.parametrize("secret", [b"first", b"second", b"third", b"fourth"])
def test_a_network_in_train_mode_gets_another_number(secret: bytes) -> None:
    case = a6_audit.with_batch_norm(Setting("a6-audit", "digits", secret))
    images, labels = case.test.images, case.test.labels
    assert metrics.accuracy(case.on_pixels, images, labels) == case.right
    in_train_mode = copy.deepcopy(case.on_pixels).train()(images).argmax(dim=1)
    assert (in_train_mode == labels).double().mean().item() <= case.right - 0.25


def test_nobody_knows_the_number_beforehand() -> None:
    secrets = [f"secret {number}".encode() for number in range(4)]
    drawn = {
        a6_audit.with_batch_norm(Setting("a6-audit", "digits", each)).right for each in secrets
    }
    assert len(drawn) > 1
