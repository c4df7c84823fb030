"""What an assignment asks students to write, `course` does not do for them while it is graded.

Assignment 6 audits with the attack that assignment 4 asks for, and has it from `course.attacks`. In
a hand-in of assignment 4 these functions raise an error, which says so.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection
from typing import Any, NoReturn

from course import attacks
from course.errors import CourseError

GIVEN = {
    name: value
    for name, value in vars(attacks).items()
    if isinstance(value, types.FunctionType) and value.__module__ == attacks.__name__
}


class WithheldError(CourseError):
    """A hand-in uses a function of the course that does what its assignment asks for."""


def withhold(graded: Collection[str]) -> None:
    """Replace the functions of `course.attacks` if one of them is graded; otherwise restore them.

    graded: the names that an assignment asks for.
    """
    asked = [name for name in GIVEN if name in graded]
    for name, function in GIVEN.items():
        setattr(attacks, name, refusing(name, asked) if asked else function)


def refusing(name: str, asked: Collection[str]) -> Callable[..., Any]:
    """A function that raises WithheldError whatever it is called with."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise WithheldError(
            f"course.attacks.{name} is for assignment 6; here you are asked to write "
            f"{' and '.join(asked)}"
        )

    return refuse
