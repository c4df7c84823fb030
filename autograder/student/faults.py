"""From what a worker reports to the fault that a student reads: status, cause and next step."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

from autograder.errors import Crash, Malformed, NotWritten
from autograder.worker.cells import Cell


def fault_of(error: Any, *, public: bool, cells: Sequence[Cell]) -> Crash:
    """The fault for an error that the worker reported; never more of it than may be shown."""
    if not isinstance(error, dict):
        raise Malformed("an answer in the agreed form", "an error that is no report")
    kind = printable(error.get("type"), 80)
    if kind == "NotImplementedError" and error.get("unwritten") is True:
        name = printable(error.get("stub"), 80) if public else ""
        return NotWritten(
            "your own code",
            "the stub: it raises NotImplementedError",
            cause=f"{f'`{name}`' if name else 'this exercise'} is not written yet",
            hint=first_hint(printable(error.get("step"), 300) if public else ""),
        )
    message = printable(error.get("message"), 500) if public else ""
    near = printable(error.get("near"), 80) if public else ""
    shown = kind if public or known_exception(kind) else "an error of your own"
    place = place_of(error, cells)
    cause, hint = KNOWN_MISTAKES.get(str(error.get("known")), ("", ""))
    fault = Crash(
        "a result",
        f"{shown}{place}" + (f": {message}" if message else ""),
        cause=near_miss(kind, near) or cause or "your code raised an error",
        hint=hint or ADVICE.get(kind, look(place) if public else RUN_CHECK),
    )
    fault.error, fault.refusal = shown, error.get("refusal") is True
    fault.outside = error.get("outside") is True
    return fault


def near_miss(kind: str, near: str) -> str:
    """What is there under nearly the name that is missing."""
    if not near:
        return ""
    wanted = "`forward`" if kind == "NotImplementedError" else "that name"
    return f"there is no {wanted}, but a `{near}`: is it misspelt?"


def look(place: str) -> str:
    """Where to look for an error whose whole message is shown."""
    where = "the line named above" if place else "the message above"
    return f"Read {where}; print what your code has there, its type and its shape."


def first_hint(step: str) -> str:
    """Where to begin; `step` is the first numbered comment of the stub."""
    if step:
        return f"Begin with step {step}"
    return "Follow the numbered steps in its cell, and delete the line that raises."


RUN_CHECK = "Run `autograder check` to see the whole message on public inputs."


# By the word that the worker gives for it: the likely cause and the next step.
KNOWN_MISTAKES = {
    "gpu": (
        "your code asks for a GPU, and the grader has none",
        "Leave `.cuda()` out, or write `device = images.device` and use that device throughout.",
    ),
    "input": (
        "`input()` waits for somebody at the keyboard, and nobody is there while grading",
        "Write the value into the code, or make it an argument.",
    ),
    "not imported": (
        "your code uses a package whose import failed here",
        "Use the packages that the course installs.",
    ),
    "withheld": (
        "your code calls a function of `course` that does what this assignment asks you to write",
        "Write it yourself: `course.attacks` is there for assignment 6.",
    ),
    "no forward": (
        "your network has no method called `forward`",
        "Call the method that computes the logits `forward`, exactly so, inside the class.",
    ),
}


ADVICE = {
    "AssertionError": "An `assert` of your own failed on these inputs.",
    "ImportError": "Use the packages that the course installs.",
    "MemoryError": "Work in smaller batches.",
    "ModuleNotFoundError": "Use the packages that the course installs.",
    "NameError": "A name is used that no cell defines: was a cell renamed or left out?",
}


def place_of(error: dict[str, Any], cells: Sequence[Cell]) -> str:
    """Where an error came from, if that is a place in the cells that were handed in.

    Any other title or line is not repeated: it could carry an input.
    """
    name, line = error.get("cell"), error.get("line")
    own = [cell for cell in cells if cell.title == name]
    if not own:
        return ""
    there = any(cell.holds(line) for cell in own)
    return f" in {printable(own[0].title, 80)}" + (f", line {line}" if there else "")


def known_exception(kind: str) -> bool:
    """Whether `kind` is a Python exception: a name that a student chose could carry an input."""
    known = getattr(builtins, kind, None)
    return isinstance(known, type) and issubclass(known, BaseException)


def printable(text: Any, length: int) -> str:
    """At most `length` characters on one line, none of which can steer a terminal.

    What is no text gives none: writing out a list that is nested deep enough would be an error.
    """
    shown = text[:length] if isinstance(text, str) else ""
    return "".join(sign if sign.isprintable() else " " for sign in shown).strip()
