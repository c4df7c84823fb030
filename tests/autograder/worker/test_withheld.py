"""What an assignment asks for, `course` does not do for its hand-ins."""

from collections.abc import Iterator

import pytest
from loaded_notebook import Notebook

from autograder.worker.withheld import withhold

WRAPPED = """
import course.attacks
from course.attacks import margin_loss

def pgd():
    return course.attacks.pgd(None, None, None, 0.1, step_size=0.1, steps=1)

def evaluate():
    return margin_loss.__name__
"""


@pytest.fixture(autouse=True)
def nothing_withheld_afterwards() -> Iterator[None]:
    yield
    withhold(())


def test_a_hand_in_cannot_call_what_it_is_asked_for() -> None:
    error = Notebook(WRAPPED, names=("pgd", "margin_loss")).call("pgd")
    assert error["known"] == "withheld"
    assert "asked to write margin_loss and pgd" in error["message"]


def test_its_helpers_are_withheld_too() -> None:
    error = Notebook("from course.attacks import project as answer", names=("pgd", "answer"))
    assert error.call("answer")["known"] == "withheld"


def test_other_assignments_have_it_again() -> None:
    Notebook(WRAPPED, names=("pgd",))
    assert Notebook(WRAPPED, names=("evaluate",)).call("evaluate") == "margin_loss"
