"""Turns a worker's report into the fault that a student reads: status, cause and next step."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

from autograder.errors import Crash, Malformed, NotWritten, Withheld
from autograder.student.missing_names import missing_name
from autograder.worker.cells import Cell


def fault_of(error: Any, *, public: bool, cells: Sequence[Cell]) -> Crash:
    """The fault for an error that the worker reported, with only the parts that may be shown."""
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
    shadows = printable(error.get("shadows"), 80)
    if not cause and hasattr(builtins, shadows):
        cause = (
            f"`{shadows}` in that line is not Python's own: the notebook gives that name to "
            "something else, in an assignment or by `from ... import *`"
        )
        hint = "Give the other one another name, or import only the names that you use."
    lost = lost_name(error.get("lost"), cells)
    if kind == "NameError" and not (lost or near or cause):
        name = missing_name(cells, error.get("cell"), error.get("line"))
        cause = f"no cell defines `{name}`, which that line uses" if name else ""
    if lost:
        hint = "Correct that error first, then restart the kernel and run all cells."
    fault = (Withheld if error.get("known") == "withheld" else Crash)(
        "a result",
        f"{shown}{place}" + (f": {message}" if message else ""),
        cause=lost or near_miss(kind, near) or cause or "your code raised an error",
        hint=hint or ADVICE.get(kind, look(place) if public else RUN_CHECK),
    )
    fault.error, fault.refusal = shown, error.get("refusal") is True
    fault.outside = error.get("outside") is True
    return fault


def lost_name(where: Any, cells: Sequence[Cell]) -> str:
    """The cause if a name is missing because its cell ended early, or could not be read."""
    if not isinstance(where, dict):
        return ""
    how = "cannot be read" if where.get("unread") is True else "ended early"
    return (
        f"a name is missing: the cell that defines it {how}, for the error{place_of(where, cells)}"
    )


def near_miss(kind: str, near: str) -> str:
    """The existing name that is close to the missing one."""
    if not near:
        return ""
    wanted = "`forward`" if kind == "NotImplementedError" else "that name"
    return f"there is no {wanted}, but a `{near}`: is it misspelt?"


def look(place: str) -> str:
    """The hint where to look, for an error whose whole message is shown."""
    where = "the line named above" if place else "the message above"
    return f"Read {where}; print what your code has there, its type and its shape."


def first_hint(step: str) -> str:
    """The hint where to begin; `step` is the first numbered comment of the stub."""
    if step:
        return f"Begin with step {step}"
    return "Follow the numbered steps in its cell, and delete the line that raises."


RUN_CHECK = "Run `autograder check` to see the whole message on public inputs."


# For each of the worker's words for a mistake: the likely cause and the next step.
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
        "it calls the function of the course that does what this exercise asks for, which is "
        "switched off while the exercise is graded",
        "Write the steps yourself; the course's own function is there to compare with.",
    ),
    "no super": (
        "`__init__` of your class does not call `super().__init__()` before it makes layers",
        "Make `super().__init__()` the first line of `__init__`.",
    ),
    "layer sizes": (
        "a linear layer gets another number of values for each image than it was made for",
        "Print x.shape in front of it: (n, values). Flatten with x.flatten(1), not the batch too.",
    ),
    "batch sizes": (
        "there are more or fewer rows of logits than labels: the batch was reshaped on the way",
        "Keep the first dimension: x.flatten(1), not x.view(-1, ...) or x.flatten().",
    ),
    "no gradient": (
        "the loss has no gradient: it was computed in torch.no_grad(), or detached on the way",
        "Compute the loss outside of torch.no_grad(), with no .item(), .detach() or .data before "
        "backward().",
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
    "NameError": "A name is used that no cell defines: was a cell deleted, or changed? What the "
    "notebook gives can be copied from the released one again.",
}


def place_of(error: dict[str, Any], cells: Sequence[Cell]) -> str:
    """The place of an error, if it is in the cells that were handed in.

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

    A value that is no text gives none: converting a deeply nested list would be an error.
    """
    shown = text[:length] if isinstance(text, str) else ""
    return "".join(sign if sign.isprintable() else " " for sign in shown).strip()
