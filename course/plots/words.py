"""Words in figures: the form of a share, and the text that fits beside or below a picture."""

from __future__ import annotations

from typing import Any

from course.plots.style import WIDTH


def percent(fraction: float) -> str:
    """A share as every figure writes it; near its ends a decimal more: 99.6 % is not 100 %."""
    share = 100 * float(fraction)
    if 0 < share < 0.05:
        return "< 0.1 %"
    if 99 < share < 100:
        return f"{min(share, 99.94):.1f} %"
    return f"{share:.1f} %" if 0 < share < 9.95 else f"{share:.0f} %"


def any_long(names: Any, letters: int = 20) -> bool:
    """Whether one of the names has more letters than that."""
    return max(len(str(name)) for name in names) > letters


def legend_columns(names: Any) -> int:
    """The number of columns in which a legend of these names fits below a figure."""
    letters = [len(str(name)) + 7 for name in names]
    if sum(letters) * 6 < WIDTH * 72:
        return len(letters)
    return 1 if max(letters) * 6 * 2 > WIDTH * 72 else 2
