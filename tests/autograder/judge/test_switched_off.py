"""Work that reaches past a switch to a function of the course gets its points from a person."""

import pytest

from autograder import catalog
from autograder.judge.switched_off import for_review
from autograder.report.results import CheckResult
from autograder.worker.cells import Cell

REACHES = (
    "import course.withheld as w\nw._running.clear()",
    "from course import withheld",
    "from course.withheld import withheld_from",
    "theirs = fit.__closure__[0].cell_contents",
    "theirs = getattr(fit, '__closure__')",
)


def judged(source: str, assignment: str = "a1-cnn", check: str = "train_learns") -> CheckResult:
    (found,) = for_review(
        catalog.assignment(assignment).exercises,
        {each.name: each.exercise for each in catalog.checks(assignment)},
        [Cell("cell 3", source)],
        [CheckResult(check, "It learns", "OK", 3.0, 3.0)],
    )
    return found


@pytest.mark.parametrize("source", REACHES)
def test_a_person_decides_on_work_that_passes_the_switch(source):
    found = judged(source)
    assert (found.status, found.points) == ("REVIEW", 0.0)
    assert "switched off" in found.cause


OTHER = ("running = []", "closure = 1", "x = '", "'a __closure__'", "x = 1" + " + 1" * 20_000)


@pytest.mark.parametrize("source", OTHER)
def test_other_work_is_left_alone(source):
    assert judged(source).status == "OK"


def test_so_is_an_exercise_for_which_nothing_is_switched_off():
    found = judged(REACHES[0], "a3-fgsm", "curve_is_the_accuracy_at_each_epsilon")
    assert found.status == "OK"
