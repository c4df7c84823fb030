"""Finds work that reaches past `course.withheld` to a function that is switched off.

Python hides nothing: who looks for it finds the function behind the switch. No answer needs that,
so a person looks at such work before it gets points for what the function does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from autograder import catalog
from autograder.report.results import CheckResult
from autograder.worker.cells import Cell
from autograder.worker.syntax import parsed
from course.withheld import EXERCISES

MODULE = "course.withheld"
WAYS = ("__closure__", "cell_contents", "_running", "withheld_from", "get_referents")
HINT = "A person decides. Write the function yourself, without the course's own."


def for_review(
    exercises: Iterable[catalog.Exercise],
    exercise_of: Mapping[str, str],
    cells: Sequence[Cell],
    checks: Sequence[CheckResult],
) -> list[CheckResult]:
    """The checks of a hand-in. A person decides on those that such work may have passed.

    exercise_of: the exercise of each check, by name.
    """
    switched = {each.id for each in exercises if EXERCISES.intersection(each.names)}
    way = next(ways(cells), "") if switched else ""

    def judged(check: CheckResult) -> CheckResult:
        if not way or exercise_of[check.name] not in switched or check.points <= 0:
            return check
        cause = f"your work reaches for a function of the course that is switched off here: `{way}`"
        return replace(check, status="REVIEW", points=0.0, cause=cause, hint=HINT)

    return [judged(check) for check in checks]


def ways(cells: Iterable[Cell]) -> Iterator[str]:
    """The names in the cells by which the switch can be passed."""
    for cell in cells:
        tree = parsed(cell.source)  # what cannot be read is judged as the error that it is
        for node in ast.walk(tree) if tree else ():
            yield from (word for word in words(node) if word in WAYS or word.startswith(MODULE))


def words(node: ast.AST) -> Iterator[str]:
    """The names that one node of a syntax tree uses, as names or as text."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Constant(value=str(name)):
            yield name
        case ast.Import(names=names):
            yield from (each.name for each in names)
        case ast.ImportFrom(module=str(module), names=names):
            yield module
            yield from (f"{module}.{each.name}" for each in names)
