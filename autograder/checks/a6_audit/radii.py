"""Votes for `certified_radius`: the right radius, and the radii that known mistakes give."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import torch
from scipy.special import betaincinv

from autograder.judge.checking import Setting, metrics

VoteCount = tuple[int, int, float, float]
"""count, samples, sigma, alpha"""
DEFAULT_ALPHA = 0.001


def impossible_votes(setting: Setting) -> dict[str, VoteCount]:
    """Counts, deviations and levels that mean nothing, drawn from the secret."""
    samples = setting.drawn("samples of impossible votes", 60, 500)
    count, sigma = samples - samples // 10, 0.2 + setting.drawn("an impossible sigma", 0, 60) / 100
    return {
        "more votes than samples": (samples + samples // 10, samples, sigma, 0.01),
        "a negative number of votes": (-1, samples, sigma, 0.01),
        "no samples": (0, 0, sigma, 0.01),
        "a sigma that is not a number": (count, samples, math.nan, 0.01),
        "an infinite sigma": (count, samples, math.inf, 0.01),
        "a sigma of 0": (count, samples, 0.0, 0.01),
        "an alpha of 0": (count, samples, sigma, 0.0),
        "an alpha of 1": (count, samples, sigma, 1.0),
    }


def vote_counts(setting: Setting) -> list[VoteCount]:
    """Counts that certify something, drawn from the secret: few and many, close and unanimous."""
    draws = torch.rand(8, generator=setting.generator("ballots"), dtype=torch.float64).tolist()
    sigma = [0.1 + 0.9 * draw for draw in draws]
    return [
        (int(1000 * (0.8 + 0.19 * draws[0])), 1000, sigma[1], 0.001),
        (int(5000 * (0.6 + 0.2 * draws[2])), 5000, sigma[3], 0.05),
        (400, 400, sigma[4], 0.01),
        (int(60 * (0.9 + 0.08 * draws[5])), 60, sigma[6], 0.02),
        (int(100_000 * (0.7 + 0.29 * draws[7])), 100_000, sigma[0], 0.001),
    ]


def abstentions(setting: Setting) -> list[VoteCount]:
    """Counts that certify nothing: too small a majority, a tie, a minority, no vote at all."""
    sigma = 0.2 + torch.rand((), generator=setting.generator("abstentions")).item()
    return [
        (520, 1000, sigma, 0.001),
        (500, 1000, sigma, 0.05),
        (6, 10, sigma, 0.05),
        (3, 100, sigma, 0.01),
        (0, 50, sigma, 0.01),
    ]


def lower_bound(count: int, samples: int, alpha: float) -> float:
    """Clopper and Pearson's one-sided lower bound."""
    return float(betaincinv(count, samples - count + 1, alpha)) if count else 0.0


def radius(count: int, samples: int, sigma: float, alpha: float) -> float:
    """Cohen, Rosenfeld and Kolter's radius."""
    return radius_of(lower_bound(count, samples, alpha), sigma)


def radius_of(probability: float, sigma: float) -> float:
    """The radius for a lower bound of the probability."""
    if not probability > 0.5:
        return 0.0
    return math.inf if probability >= 1 else sigma * NormalDist().inv_cdf(probability)


def hoeffding(count: int, samples: int, alpha: float) -> float:
    """Hoeffding's lower bound."""
    return count / samples - math.sqrt(math.log(1 / alpha) / (2 * samples))


def wald(count: int, samples: int, alpha: float) -> float:
    """The lower bound of the normal approximation."""
    share, z = count / samples, NormalDist().inv_cdf(1 - alpha)
    return share - z * math.sqrt(share * (1 - share) / samples)


def wilson(count: int, samples: int, alpha: float) -> float:
    """Wilson's lower bound."""
    return metrics.wilson_interval(count, samples, 1 - 2 * alpha)[0]


OTHER_RADII: dict[str, Callable[[int, int, float, float], float]] = {
    "the share of the votes itself, not a lower bound of the probability": lambda n, m, s, a: (
        radius_of(n / m, s)
    ),
    "alpha is halved, as for a two-sided interval": lambda n, m, s, a: radius(n, m, s, a / 2),
    "alpha is doubled": lambda n, m, s, a: radius(n, m, s, min(1 - 1e-9, 2 * a)),
    "alpha is 0.05 if it is not given, not 0.001": lambda n, m, s, a: radius(
        n, m, s, 0.05 if a == DEFAULT_ALPHA else a
    ),
    "alpha is always 0.001": lambda n, m, s, a: radius(n, m, s, 0.001),
    "the upper bound, not the lower one": lambda n, m, s, a: radius_of(
        float(betaincinv(n + 1, m - n, 1 - a)) if n < m else 1.0, s
    ),
    "alpha is the confidence: 1 - alpha is taken for it": lambda n, m, s, a: radius(n, m, s, 1 - a),
    "Beta(count, samples - count) has one vote too few": lambda n, m, s, a: radius_of(
        float(betaincinv(n, m - n, a)) if n < m else 1.0, s
    ),
    "Beta(count + 1, samples - count + 1) has one vote too many": lambda n, m, s, a: radius_of(
        float(betaincinv(n + 1, m - n + 1, a)), s
    ),
    "the variance taken for sigma": lambda n, m, s, a: radius(n, m, s * s, a),
    "the root of sigma": lambda n, m, s, a: radius(n, m, math.sqrt(s), a),
    "half of the radius: the difference to 1 - p is halved already": lambda n, m, s, a: (
        radius(n, m, s, a) / 2
    ),
    "twice the radius": lambda n, m, s, a: 2 * radius(n, m, s, a),
    "sigma is left out": lambda n, m, s, a: radius(n, m, 1.0, a),
    "divided by sigma": lambda n, m, s, a: radius(n, m, 1.0, a) / s,
    "Hoeffding's bound, which is lower than necessary": lambda n, m, s, a: radius_of(
        hoeffding(n, m, a), s
    ),
    "the bound of the normal approximation, which proves nothing": lambda n, m, s, a: radius_of(
        wald(n, m, a), s
    ),
    "Wilson's bound, which holds on average only": lambda n, m, s, a: radius_of(wilson(n, m, a), s),
    "the distribution function itself, not its inverse": lambda n, m, s, a: (
        s * NormalDist().cdf(lower_bound(n, m, a))
    ),
    "the bound of the probability, not a radius": lambda n, m, s, a: lower_bound(n, m, a),
}


def other_radius(drawn: Sequence[VoteCount], found: Sequence[float]) -> str:
    """The other radius that was computed: one that fits all vote counts but one."""
    for name, other in OTHER_RADII.items():
        close = [
            radius == other(*votes) or abs(radius - other(*votes)) <= 1e-4 * abs(other(*votes))
            for votes, radius in zip(drawn, found, strict=True)
        ]
        if sum(close) >= len(drawn) - 1:
            return f"this is {name}" if name.startswith(("the ", "half", "twice")) else name
    rounded = all(radius == round(radius, 6) for radius in found)
    return "the radius is rounded, and so often larger than what is proved" if rounded else ""


def why_not_zero(found: float, votes: VoteCount) -> str:
    """The reason why a radius was returned where nothing is certified."""
    if found < 0:
        return "a radius below 0: return 0.0 where nothing is certain"
    count, samples, *_ = votes
    if count > samples / 2:
        return "the share of the votes is above 1/2, but its lower bound is not"
    return ""
