"""Contestants that take turns, their medians and ratios: the arithmetic of every comparison."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence

Turn = Callable[[], dict[str, float]]
"""One run of a contestant; its seconds by clock: "wall", and perhaps "processor"."""

Seconds = dict[str, dict[str, list[float]]]
"""By contestant and clock, the seconds of each of its runs, in the order of the rounds."""


def take_turns(
    contestants: Mapping[str, Turn], rounds: int, between: Callable[[], object]
) -> Seconds:
    """Let each contestant run once a round, so that other work on the machine slows all alike.

    between: called before each round.
    """
    seconds: Seconds = {name: {} for name in contestants}
    for _ in range(rounds):
        between()
        for name, run in contestants.items():
            for clock, value in run().items():
                seconds[name].setdefault(clock, []).append(value)
    return seconds


def median(seconds: Seconds, name: str, clock: str = "wall") -> float:
    return statistics.median(seconds[name][clock])


def fastest(seconds: Seconds, names: Iterable[str]) -> str:
    """The contestant of these with the smallest median on the clock."""
    return min(names, key=lambda name: median(seconds, name))


def ratio(seconds: Seconds, slow: str, quick: str) -> float:
    """How many times faster `quick` is than `slow`, by their medians."""
    return median(seconds, slow) / median(seconds, quick)


def ratios_by_round(slow: Sequence[float], quick: Sequence[float]) -> tuple[float, float]:
    """The smallest and the largest ratio of two runs in the same round."""
    found = [a / b for a, b in zip(slow, quick, strict=True)]
    return min(found), max(found)
