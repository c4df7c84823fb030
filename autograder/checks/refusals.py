"""Recognises a refusal: a ValueError that the student's code raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from autograder.judge.checking import Crash, NotWritten, Student, expect_true


def refusal(attempt: Callable[[], Any]) -> Crash | None:
    """The error that an attempt raises; None if it raises none."""
    try:
        attempt()
    except NotWritten:
        raise
    except Crash as fault:
        return fault
    return None


def require_refusal(
    attempt: Callable[[], Any], what: str, *, got: str, cause: str, hint: str
) -> None:
    """Raise Wrong unless an attempt raises ValueError, as the docstring promises.

    what: the case, in words. got, cause: for the message if nothing is raised.
    """
    fault = refusal(attempt)
    if fault is not None and not fault.error:
        raise fault  # the process ended: that is no refusal
    raised = fault.error if fault is not None else ""
    if raised == ValueError.__name__:
        raised = "a ValueError that a library raised, not your code"
        cause = "the wrong argument got as far as a library, which refuses it in its own words"
    elif raised:
        cause = "the docstring promises a ValueError, and this is another error"
    expect_true(
        fault is not None and fault.refusal,
        f"a ValueError {what}",
        raised or got,
        cause=cause,
        hint=hint,
    )


def refuses(
    student: Student, name: str, cases: Mapping[str, tuple[Sequence[Any], dict[str, Any]]]
) -> None:
    """Raise Wrong unless the student's `name` refuses each case, as its docstring promises.

    cases: from the mistake, in words, to the arguments of a call and its options.
    """
    for what, (arguments, options) in cases.items():
        require_refusal(
            partial(student.call, name, *arguments, **options),
            f"for {what}",
            got="an answer, as if nothing were wrong",
            cause="nothing looks at the arguments before they are used",
            hint="Look at the arguments in the first lines, and `raise ValueError(...)` where "
            "one of them is wrong.",
        )
