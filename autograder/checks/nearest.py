"""The known mistake that comes nearest to what was found."""

from __future__ import annotations

from collections.abc import Iterable


def nearest_of(apart: Iterable[tuple[str, float]], tolerance: float) -> str:
    """The name with the smallest distance; empty beyond `tolerance`.

    apart: names and distances, the commoner mistakes first. Where two are equally near, both are
    named.
    """
    off = [(round(distance, 9), name) for name, distance in apart]
    least = min(distance for distance, _ in off)
    names = dict.fromkeys(name for distance, name in off if distance == least)
    return ", or: ".join([*names][:2]) if least <= tolerance else ""


def rounded(pairs: Iterable[tuple[float, float]]) -> str:
    """The cause where every number is the right one, rounded to a few decimals; otherwise empty.

    pairs: each number, and the right one. Zeros alone tell nothing: much rounds to 0.
    """
    pairs = [*pairs]
    for decimals in range(2, 7):
        if any(found for found, _ in pairs) and all(
            abs(found - round(right, decimals)) < 1e-9 for found, right in pairs
        ):
            return f"right, but rounded to {decimals} decimals: round only what you print"
    return ""
