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
