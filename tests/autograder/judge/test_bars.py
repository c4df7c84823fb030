"""Bars that are missing are said before anything is computed, not hand-in by hand-in."""

from collections.abc import Callable

import pytest

from autograder import catalog
from autograder.judge import bars, made
from autograder.judge.setting import Setting
from course.errors import CourseError


@pytest.mark.parametrize("profile", ["digits", "signs", "mnist"])
def test_every_assignment_has_its_bars_on_the_profiles_that_are_offered(profile: str) -> None:
    for assignment in catalog.ASSIGNMENTS:
        bars.require(profile, assignment)


@pytest.mark.parametrize("assignment", ["a1-cnn", "a5-adversarial-training", "a6-audit"])
@pytest.mark.parametrize("begin", [made.prepare, made.make_ready])
def test_a_profile_without_bars_is_refused_before_its_images_are_asked_for(
    begin: Callable[[Setting], object], assignment: str
) -> None:
    with pytest.raises(CourseError, match=f"calibrate {assignment} --data imagefolder:nowhere"):
        begin(Setting(assignment, "imagefolder:nowhere"))


def test_an_assignment_without_bars_needs_none() -> None:
    bars.require("imagefolder:nowhere", "a3-fgsm")
