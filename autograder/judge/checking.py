"""The names that checks use: the one import at the head of the files in `autograder/checks/`.

    from autograder.judge.checking import Setting, Student, expect, graded_for, require

A file of checks begins with the marker of each exercise, which states what all its checks share:

    graded = graded_for("adversarial_train", lecture="lectures/adversarial-training/")

    @graded(points=3, needs="training_returns_losses")
    def test_training_is_seeded(student: Student, setting: Setting) -> None:
        ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import pytest

from autograder.errors import CarriedForward, Crash, ForReview, NotWritten, StudentFault, Wrong
from autograder.judge.answers import (
    answering_with_numbers,
    kind,
    no_tensor,
    other_lengths,
    percent,
    require,
    require_images,
    require_number,
    require_numbers,
)
from autograder.judge.expect import Cause, expect, expect_above, expect_true, in_words, next_step
from autograder.judge.setting import Setting
from autograder.judge.sketch import sketch
from autograder.student import Network, Student
from autograder.student.network import same_weights
from autograder.worker.protocol import Ref
from course import metrics
from course.data import Split

__all__ = [
    "CarriedForward",
    "Cause",
    "Crash",
    "ForReview",
    "Network",
    "NotWritten",
    "Ref",
    "Setting",
    "Split",
    "Student",
    "StudentFault",
    "Wrong",
    "answering_with_numbers",
    "expect",
    "expect_above",
    "expect_true",
    "graded_for",
    "in_words",
    "kind",
    "metrics",
    "next_step",
    "no_tensor",
    "other_lengths",
    "percent",
    "require",
    "require_images",
    "require_number",
    "require_numbers",
    "same_weights",
    "sketch",
    "train_plain",
    "train_victim",
]

F = TypeVar("F", bound=Callable[..., Any])


class Marker(Protocol):
    """The `graded` marker of one exercise.

    points: 0 for a check of good practice. needs: the name of an earlier check, without `test_`;
    this check is skipped if that one earns nothing. picture: whether the feedback page draws the
    student's attack where this check fails.
    """

    def __call__(
        self, *, points: float = 0, needs: str | None = None, picture: bool = False
    ) -> Callable[[F], F]:
        """A decorator for a test function whose docstring is the title that students read."""


def graded_for(exercise: str, *, lecture: str) -> Marker:
    """The marker of the checks of one exercise.

    exercise: its id in `autograder/catalog.py`. lecture: the address of its lecture on the site,
    such as `lectures/fgsm/`. Both are checked when the checks are collected.
    """

    def graded(
        *, points: float = 0, needs: str | None = None, picture: bool = False
    ) -> Callable[[F], F]:
        return pytest.mark.graded(
            exercise=exercise, lecture=lecture, points=points, needs=needs, picture=picture
        )

    return graded


# Functions for the name `make_ahead` of a module of checks, where nothing else takes long.


def train_victim(setting: Setting) -> None:
    """Train the network that every student gets."""
    _ = setting.victim


def train_plain(setting: Setting) -> None:
    """Train and attack the network without a defence that every student is compared with."""
    _ = setting.plain_robustness
