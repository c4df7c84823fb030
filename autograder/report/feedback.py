"""The page a student reads after grading.

Everything from a submission is escaped; the page needs no network and no script.
"""

from __future__ import annotations

import os
import re
from functools import cache
from urllib.parse import quote

import jinja2
from markupsafe import Markup, escape

from autograder import catalog
from autograder.catalog import Exercise
from autograder.files import file_name
from autograder.installed import TEMPLATES
from autograder.report.results import Result, number, rough_seconds, where_to_start
from course.cli import Later

# The instructor's page of a class, with a link to every page in `feedback/`; it is made of these.
index = Later("autograder.report.class_page.page:page")
# A word and a sign together: one reader in twelve cannot tell the colours apart.
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
    made.filters["code"] = with_code
    made.globals.update(signs=SIGNS, number=number, rough_seconds=rough_seconds)
    return made


def with_code(text: str) -> Markup:
    """The text with what stands between backticks as code, and everything in it escaped."""
    return Markup(re.sub("`([^`\n]+)`", r"<code>\1</code>", str(escape(text))))


def page(result: Result) -> str:
    """One student's feedback as a self-contained HTML page."""
    assignment = catalog.assignment(result.assignment)
    exercise_of = {check.name: check.exercise for check in catalog.checks(assignment.id)}
    groups = [
        (exercise, [check for check in result.checks if exercise_of.get(check.name) == exercise.id])
        for exercise in assignment.exercises
    ]
    words = {question.id for question in assignment.written}
    written = [check for check in result.checks if check.name in words]
    groups.append((Exercise("", "What you wrote", ()), written))
    return (
        environment()
        .get_template("feedback.html")
        .render(
            result=result,
            assignment=assignment,
            groups=[(exercise, checks) for exercise, checks in groups if checks],
            words=words,
            first=where_to_start(result.checks),
        )
    )


def link(student: str) -> str:
    """The address of a student's page, from the index; a folder's name need not be UTF-8."""
    return f"feedback/{quote(os.fsencode(file_name(student)))}.html"
