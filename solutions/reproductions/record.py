"""What a report says, what was measured here, and the row that puts the two side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from course.metrics import wilson_interval

DIGITS = {"%": 2, "points": 2, "count": 0, "s": 1, "x": 2}


@dataclass(frozen=True)
class Published:
    """One claim of a report: a number with its unit, or words, and where it stands.

    key: of the measurement that answers it; "" where nothing here can, and `reason` then says why.
    profile: the data it was published for. epsilon: in pixel units, and curve: the name of the
    measured curve it belongs to, where it is a point of one. reason: why ours differs, shown when
    the figure lies outside our interval. remark: what is worth saying in any case.
    """

    key: str
    claim: str
    value: float | str
    unit: str
    place: str
    profile: str = "mnist"
    epsilon: float | None = None
    curve: str = ""
    reason: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Finding:
    """What a report makes of its numbers, held against ours.

    came_out: text in which {key} stands for the value of the measurement of that key, and {key ±}
    for the value with its interval.
    """

    claim: str
    ran: str
    came_out: str
    why: str

    def told(self, run: Mapping[str, Any]) -> str:
        """What came out, with the numbers of a result; raises KeyError for an unknown key."""
        found = {m.key: m for m in measurements(run)}

        def one(match: re.Match[str]) -> str:
            measured = found[match[1].removesuffix(" ±")]
            return (
                with_interval(measured)
                if match[1].endswith(" ±")
                else in_unit(measured.value, measured.unit)
            )

        return re.sub(r"\{([^}]+)\}", one, self.came_out)


@dataclass(frozen=True)
class Measurement:
    """One figure measured here: the mean over networks, and what is known about its error.

    low, high: the 95 % Wilson interval of a share of `images` images; the lowest and highest
    network for other numbers, where there are several. seeds: the value of each network. title:
    what it is, for a figure that answers no published one.
    """

    key: str
    value: float | str
    unit: str
    low: float | None = None
    high: float | None = None
    seeds: tuple[float, ...] = ()
    images: int | None = None
    title: str = ""

    @property
    def reach(self) -> tuple[float, float] | None:
        """The lowest and highest that the networks and the choice of images can explain."""
        if self.low is None or self.high is None:
            return None
        ends = [self.low, self.high, *self.seeds]
        if self.images:
            for share_right in self.seeds:
                hits = round(share_right * self.images / 100)
                ends += [100 * end for end in wilson_interval(hits, self.images)]
        return min(ends), max(ends)


def share(
    key: str, hits: Sequence[int], totals: Sequence[int] | int, title: str = ""
) -> Measurement:
    """A share in %, from `hits` out of `totals` for each network, with its Wilson interval.

    The interval is that of one network's images: the networks all see the same ones, so more
    networks do not narrow it.
    """
    of = [totals] * len(hits) if isinstance(totals, int) else list(totals)
    seeds = [100 * hit / total for hit, total in zip(hits, of, strict=True)]
    images = round(fmean(of))
    mean = fmean(seeds)
    low, high = wilson_interval(round(mean * images / 100), images)
    return Measurement(
        key, _short(mean), "%", _short(100 * low), _short(100 * high), _all(seeds), images, title
    )


def number(key: str, values: Sequence[float], unit: str, title: str = "") -> Measurement:
    """A number, from one value for each network."""
    low, high = (_short(min(values)), _short(max(values))) if len(values) > 1 else (None, None)
    return Measurement(key, _short(fmean(values)), unit, low, high, _all(values), title=title)


def words(key: str, value: str, title: str = "") -> Measurement:
    """An outcome that is no number."""
    return Measurement(key, value, "", title=title)


def _short(value: float) -> float:
    return float(f"{value:.7g}")


def _all(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(_short(value) for value in values)


@dataclass(frozen=True)
class Row:
    """Published beside measured. Either may be missing: not measurable, not run, or not published.

    comparable: False where data or effort are not the report's.
    """

    published: Published | None
    measured: Measurement | None
    comparable: bool = True
    why_not: str = ""

    @property
    def claim(self) -> str:
        """What the figure is."""
        if self.published:
            return self.published.claim
        return self.measured.title or self.measured.key if self.measured else ""

    @property
    def difference(self) -> float | None:
        """Measured minus published, where both are numbers."""
        if not (self.published and self.measured):
            return None
        ours, theirs = self.measured.value, self.published.value
        if isinstance(ours, str) or isinstance(theirs, str):
            return None
        return ours - theirs

    @property
    def agrees(self) -> bool | None:
        """Can the published number be one of ours, or is it equal as far as it was printed?

        None where there is nothing to compare.
        """
        if not (self.published and self.measured) or self.difference is None:
            return None
        value = self.measured.value
        return self._within(self.measured.reach or (float(value), float(value)))

    @property
    def verdict(self) -> str:
        """In words, where it agrees: with our mean, or with what networks differ by."""
        if not (self.measured and self.agrees):
            return ""
        if self.measured.low is None or self.measured.high is None:
            return "agrees"
        mean = self._within((self.measured.low, self.measured.high))
        return "agrees" if mean else "within what our networks differ by"

    def _within(self, ends: tuple[float, float]) -> bool:
        """Does the published number lie there, give or take half of its last digit?"""
        theirs = float(self.published.value) if self.published else 0.0
        slack = 0.5000001 * 10.0 ** -_decimals(theirs)
        return ends[0] - slack <= theirs <= ends[1] + slack

    @property
    def reason(self) -> str:
        """Why the two differ, or that they do not."""
        if not self.published:
            return ""
        if not self.measured:
            return self.published.reason if not self.published.key else self.why_not
        if not self.comparable:
            return self.why_not
        verdict = self.verdict or self.published.reason
        return "; ".join(part for part in (verdict, self.published.remark) if part)

    def cells(self) -> tuple[str, str, str, str, str]:
        """Claim, published, measured, difference and reason, as text."""
        theirs = in_unit(self.published.value, self.published.unit) if self.published else "-"
        ours = "not run here"
        if self.measured:
            ours = with_interval(self.measured)
        elif self.published and not self.published.key:
            ours = "not measured"
        gap = ""
        if self.difference is not None and self.published:
            unit = "points" if self.published.unit == "%" else self.published.unit
            gap = in_unit(self.difference, unit, sign=True)
        return self.claim, theirs, ours, gap, self.reason


def rows(
    published: Sequence[Published], run: Mapping[str, Any] | None, why_not: str = ""
) -> list[Row]:
    """Every published figure, then what was measured beyond; `run` is one profile's result.

    why_not: why the run is not comparable with what was published, if it is not.
    """
    found = {} if run is None else {m.key: m for m in measurements(run)}
    comparable = not why_not
    result = [Row(p, found.get(p.key), comparable, why_not or "not run here") for p in published]
    asked = {p.key for p in published}
    return result + [Row(None, m) for key, m in found.items() if key not in asked]


def measurements(run: Mapping[str, Any]) -> list[Measurement]:
    """The measurements of one profile's result, read back from JSON."""
    return [
        Measurement(**{**entry, "seeds": tuple(entry.get("seeds", ()))})
        for entry in run["measurements"]
    ]


def in_unit(value: float | str, unit: str, *, sign: bool = False) -> str:
    """A number as a reader expects it: "98.66 %", "+0.24 points", "3,274,634", "288.0 s"."""
    if isinstance(value, str):
        return value
    plus = "+" if sign or unit == "points" else ""
    text = f"{value:{plus},.{DIGITS[unit]}f}" if unit in DIGITS else f"{value:{plus}.4g}"
    return text if unit in ("", "count") else f"{text} {unit}"


def with_interval(measured: Measurement) -> str:
    """The value, and in brackets the interval and how far networks lie apart."""
    text = in_unit(measured.value, measured.unit)
    if measured.low is None or measured.high is None:
        return text
    bare = "" if measured.unit == "" else "points" if measured.unit == "points" else measured.unit
    low, high = (in_unit(v, bare).removesuffix(f" {bare}") for v in (measured.low, measured.high))
    told = f"{low} to {high}"
    if len(measured.seeds) > 1 and measured.images:
        least, most = (in_unit(f(measured.seeds), bare) for f in (min, max))
        told += f"; networks {least.removesuffix(f' {bare}')} to {most.removesuffix(f' {bare}')}"
    return f"{text} ({told})"


def _decimals(value: float) -> int:
    """How many decimals a number was printed with, as far as its value tells."""
    text = f"{value:.10f}".rstrip("0")
    return len(text.partition(".")[2])
