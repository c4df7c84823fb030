"""What counts as a refusal: a ValueError that the student's own code raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.judge.checking import Crash, NotWritten, expect_true


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
    expect_true(
        fault is not None and fault.refusal,
        f"a ValueError {what}",
        raised or got,
        cause="the docstring promises a ValueError, and this is another error" if raised else cause,
        hint=hint,
    )
