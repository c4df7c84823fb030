"""Notes for students about the loading of a hand-in, and about what counted as an answer.

The worker sent this plain data before it had any hidden input. Data in any other form is left out.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from typing import Any

from autograder.handin.submission import Submission
from autograder.student.faults import KNOWN_MISTAKES, lost_name, place_of, printable
from autograder.worker.cells import Cell

MOST_NOTES = 20


def notes_of(result: dict[str, Any], submission: Submission) -> list[str]:
    """The lines that a student reads above the table of checks."""
    lines = [*submission.notes]
    errors = result.get("errors")
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict):
            lines.append(error_line(error, submission))
    lines += [line for _, line in remark_lines(result, submission.cells)]
    return list(dict.fromkeys(lines))[:MOST_NOTES]


def missing_of(result: dict[str, Any], submission: Submission) -> dict[str, str]:
    """The reason for each missing graded name."""
    return {
        name: line for name, line in reversed(list(remark_lines(result, submission.cells))) if name
    }


def error_line(error: dict[str, Any], submission: Submission) -> str:
    """An error of a cell, with its cause where that is known."""
    kind, message = printable(error.get("type"), 80), printable(error.get("message"), 300)
    line = f"{kind}{place_of(error, submission.cells)}: {message}"
    cause, _ = KNOWN_MISTAKES.get(str(error.get("known")), ("", ""))
    if kind == "SyntaxError":
        cause = grader_python(submission.python)
    if kind == "ModuleNotFoundError":
        cause = module_not_found(message, submission)
    return f"{line}. {cause[:1].upper()}{cause[1:]}" if cause else line


def grader_python(notebook: str) -> str:
    """The Python version that grades, and the notebook's, where that is known."""
    here = ".".join(platform.python_version_tuple()[:2])
    if numbers(notebook) > numbers(here):
        return (
            f"the grader runs Python {here}, and your notebook was run with {notebook}: write it "
            f"so that Python {here} understands it"
        )
    return f"the grader runs Python {here}"


def numbers(version: str) -> list[int]:
    """`3.12.1` as 3 and 12: these decide which syntax is valid."""
    return [int(part) for part in version.split(".")[:2] if part.isdigit()]


def module_not_found(message: str, submission: Submission) -> str:
    """The next step after an import that failed."""
    name = message.rpartition("'")[0].rpartition("'")[2].partition(".")[0]
    beside = submission.path.parent / f"{name}.py"
    if name.isidentifier() and beside.is_file():
        return (
            f"the file {name}.py is beside your notebook, but only the notebook is graded: copy "
            f"its code into a cell"
        )
    return (
        "the code below was run all the same, and this costs no mark unless your answer uses the "
        "import. The grader has only the packages that the course installs; copy the code of a "
        "file of your own into a cell"
    )


def remark_lines(result: dict[str, Any], cells: Sequence[Cell]) -> Iterator[tuple[str, str]]:
    """Each remark of the worker: the missing name, if there is one, and a line."""
    remarks = result.get("remarks")
    for remark in remarks if isinstance(remarks, list) else []:
        if isinstance(remark, dict):
            name, near = printable(remark.get("name"), 80), printable(remark.get("near"), 80)
            place = place_of(remark, cells)
            other = remark.get("other")
            elsewhere = place_of(other, cells) if isinstance(other, dict) else ""
            match remark.get("kind"):
                case "ended":
                    yield name, lost_name(remark, cells).replace("a name", f"`{name}`", 1)
                case "near":
                    yield name, f"there is no `{name}`, but there is `{near}`: is it misspelt?"
                case "stub":
                    stub = f"`{name}` is still a stub{place}; the definition{elsewhere} was judged"
                    yield "", stub
                case "late":
                    late = f"`{name}` is defined{place}, below the check cell that needs it"
                    yield "", f"{late}; it was taken from there. Move it up"
                case "twice":
                    yield "", f"`{name}` is defined more than once; the one{place} was judged"
                case "written":
                    written = (
                        f"`{name}` stands behind `%%writefile`{place}, which only writes a file"
                    )
                    yield "", f"{written}; it was judged as if the cell had been run"
