"""Compares an answer with its bounds: `expect` passes, or raises Wrong with expected and got.

Comparisons are written `value <= bound`, so that NaN fails. A cause that is slow to find is given
as a function, which is called only if the check fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from autograder.errors import Wrong

Cause = str | Callable[[], str]


@dataclass(frozen=True)
class Bar:
    """The value `zero` up to which there are no points, and `full` from which there are all."""

    zero: float
    full: float

    def fraction(self, value: float) -> float:
        """The part of the points that `value` earns, in [0, 1]; NaN earns nothing."""
        if not value > self.zero:
            return 0.0
        return min(1.0, (value - self.zero) / (self.full - self.zero))


def in_words(cause: Cause) -> str:
    """The cause as text, found now if it is a function."""
    return cause if isinstance(cause, str) else cause()


def expect(
    value: float,
    what: str,
    *,
    at_most: float = math.inf,
    at_least: float = -math.inf,
    cause: Cause = "",
    hint: str = "",
) -> None:
    """Raise Wrong, with the value and the bounds, unless `at_least <= value <= at_most`."""
    if value <= at_most and value >= at_least:
        return
    bounds = []
    if at_least != -math.inf:
        bounds.append(f"at least {at_least:.6g}")
    if at_most != math.inf:
        bounds.append(f"at most {at_most:.6g}")
    raise Wrong(f"{what} {' and '.join(bounds)}", f"{value:.6g}", cause=in_words(cause), hint=hint)


def expect_true(
    passed: bool,
    expected: str,
    got: str,
    *,
    cause: Cause = "",
    hint: str = "",
    steps: Mapping[str, str] | None = None,
) -> None:
    """Raise Wrong unless `passed`. steps: next steps by how a cause begins, in place of `hint`."""
    if not passed:
        why = in_words(cause)
        raise Wrong(expected, got, cause=why, hint=next_step(why, steps or {}, hint))


def next_step(cause: str, steps: Mapping[str, str], otherwise: str) -> str:
    """The step that follows from a cause, by how it begins; `otherwise` where none is known."""
    return next((step for start, step in steps.items() if cause.startswith(start)), otherwise)


def expect_above(
    value: float,
    bar: Bar,
    what: str,
    *,
    cause: Cause = "",
    hint: str = "",
    steps: Mapping[str, str] | None = None,
) -> None:
    """Raise Wrong below `bar.full`, with part of the points if the value is above `bar.zero`.

    steps: as for `expect_true`.
    """
    fraction = bar.fraction(value)
    if fraction >= 1:
        return
    why = in_words(cause)
    raise Wrong(
        f"{what} of at least {100 * bar.full:.1f} % "
        f"(part of the points from {100 * bar.zero:.1f} % on)",
        f"{100 * value:.1f} %",
        cause=why,
        hint=next_step(why, steps or {}, hint),
        fraction=fraction,
    )
