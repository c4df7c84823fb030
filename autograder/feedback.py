"""The page a student reads after grading, and the page that lists a class.

Everything from a submission is escaped; pages need no network and no script.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jinja2

from autograder import catalog
from autograder.disclosure import rough_seconds
from autograder.results import Result, number, write_atomically

TEMPLATES = Path(__file__).parent / "templates"

# Word and sign together: colour alone tells nothing to one reader in twelve.
SIGNS = {
    "OK": ("✓", "passed"),
    "WRONG": ("✗", "not yet"),
    "CRASH": ("✗", "error in your code"),
    "TIMEOUT": ("✗", "took too long"),
    "LIMIT": ("✗", "over the limits"),
    "FORMAT": ("!", "could not be read"),
    "REVIEW": ("?", "a person will look"),
    "INFRA": ("!", "the grader failed"),
    "SKIP": ("–", "not looked at"),
}


@cache
def environment() -> jinja2.Environment:
    """The templates, with escaping on."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True
    )
    made.globals.update(signs=SIGNS, number=number, rough_seconds=rough_seconds)
    return made


def page(result: Result) -> str:
    """One student's feedback as a self-contained HTML page."""
    assignment = catalog.assignment(result.assignment)
    exercise_of = {check.name: check.exercise for check in catalog.checks(assignment.id)}
    groups = [
        (exercise, [check for check in result.checks if exercise_of.get(check.name) == exercise.id])
        for exercise in assignment.exercises
    ]
    return (
        environment()
        .get_template("feedback.html")
        .render(
            result=result,
            assignment=assignment,
            groups=[(exercise, checks) for exercise, checks in groups if checks],
            first=next(
                (check for check in result.checks if check.status not in ("OK", "SKIP")), None
            ),
        )
    )


def write_index(path: Path, results: Sequence[Result]) -> None:
    """The instructor's list of a class, with a link to every page."""
    template = environment().get_template("index.html")
    write_atomically(path, template.render(results=results))
