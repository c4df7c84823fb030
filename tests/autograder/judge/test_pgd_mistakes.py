"""The diagnosis of a wrong PGD: every known mistake is recognised when the judge makes it."""

import pytest

from autograder.checks.a4_pgd.mistakes import MISTAKES, other_path
from autograder.checks.a4_pgd.pgd_runs import PgdRun, judge_pgd
from autograder.judge.setting import Setting

ONE_CHANNEL = "all channels of a pixel move alike: each has a gradient of its own"
SEVERAL = [name for name in MISTAKES if name != ONE_CHANNEL]  # the digits are grey


@pytest.fixture(scope="module")
def setting() -> Setting:
    return Setting("a4-pgd", "digits")


@pytest.mark.parametrize("name", SEVERAL)
def test_a_known_mistake_is_recognised(name: str, setting: Setting) -> None:
    test = setting.test_images(16)
    run = PgdRun(setting.victim, test.images, test.labels, 0.1, test.images, 0.03, 10)
    run.adversarial = judge_pgd(run, **MISTAKES[name](run))
    assert other_path(run) == name


def test_the_right_result_is_no_mistake(setting: Setting) -> None:
    test = setting.test_images(16)
    run = PgdRun(setting.victim, test.images, test.labels, 0.1, test.images, 0.03, 10)
    run.adversarial = run.expected
    assert run.stray == 0
