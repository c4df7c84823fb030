"""Functions of the course that an exercise asks students to write, switched off while it is graded.

`course.training.fit` is a training loop, and assignment 1 asks for one: an answer that only calls
it is no answer. Everywhere else, in the same notebook too, `fit` can be used.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from course.errors import CourseError

P = ParamSpec("P")
R = TypeVar("R")
# Those for which something is switched off.
EXERCISES = frozenset({"CNN", "accuracy", "fgsm", "margin_loss", "pgd", "train"})
_running: list[str] = []  # the exercises being graded, for the whole process: threads too


class WithheldError(CourseError):
    """A graded answer called a function of the course that solves the exercise."""


@contextmanager
def withheld_from(exercise: str) -> Iterator[None]:
    """Switch off, for a block, the functions that solve `exercise`.

    exercise: the name that students define, such as `train`.
    """
    _running.append(exercise)
    try:
        yield
    finally:
        _running.pop()


def does(*exercises: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function that solves one or more exercises.

    While one of them is graded, the function raises WithheldError.
    """

    if unknown := set(exercises) - EXERCISES:
        raise ValueError(f"add {', '.join(sorted(unknown))} to `EXERCISES`")

    def marked(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            for exercise in set(exercises).intersection(_running):
                raise WithheldError(
                    f"`{function.__name__}` of the course does what the exercise `{exercise}` asks "
                    f"for, so it is switched off while that is graded; write it yourself"
                )
            return function(*args, **kwargs)

        guarded.__dict__.pop("__wrapped__", None)  # else the check could be avoided
        return guarded

    return marked
