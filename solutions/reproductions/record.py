"""Records the claims of a report and our measurements, and compares the two."""

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
    """One claim of a report: a number with its unit, or words, and its place.

    key: of the measurement that answers it; "" if no measurement can, and `reason` then says why.
    profile: the data it was published for. epsilon: in pixel units, and curve: the name of the
    measured curve that it is a point of, if any. reason: why the measured value differs, shown when
    the published value lies outside the measured interval. remark: shown in any case.
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
    """A conclusion that a report draws from its numbers, compared with the numbers measured here.

    came_out: text in which {key} is replaced by the value of the measurement of that key, and {key
    ±} by the value with its interval.
    """

    claim: str
    ran: str
    came_out: str
    why: str

    def with_numbers(self, run: Mapping[str, Any]) -> str:
        """`came_out` with the numbers of a result filled in; raises KeyError for an unknown key."""
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
    """One value measured here: the mean over networks, and its uncertainty.

    low, high: the 95 % Wilson interval of a share of `images` images; the lowest and highest
    network for other numbers, where there are several. seeds: the value of each network. title: a
    name, if there is no published value to compare with.
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
        """The range that differences between networks and the choice of images can explain."""
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

    The interval is computed for the images of one network: all networks see the same images, so
    more networks do not make it narrower.
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
    """A measurement whose value is text."""
    return Measurement(key, value, "", title=title)


def _short(value: float) -> float:
    return float(f"{value:.7g}")


def _all(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(_short(value) for value in values)


@dataclass(frozen=True)
class Comparison:
    """A published value beside the measured one. Either of the two may be missing.

    comparable: False if the data or the amount of training differ from the report's.
    why_not: the reason, if the two cannot be compared.
    """

    published: Published | None
    measured: Measurement | None
    comparable: bool = True
    why_not: str = ""

    @property
    def claim(self) -> str:
        """The claim in words."""
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
        """Whether the published number is in the measured range, to the digits that were printed.

        None if there is nothing to compare.
        """
        if not (self.published and self.measured) or self.difference is None:
            return None
        value = self.measured.value
        return self._within(self.measured.reach or (float(value), float(value)))

    @property
    def verdict(self) -> str:
        """A sentence on the agreement of the two; empty if they do not agree."""
        if not (self.measured and self.agrees):
            return ""
        if self.measured.low is None or self.measured.high is None:
            return "agrees"
        mean = self._within((self.measured.low, self.measured.high))
        return "agrees" if mean else "within what our networks differ by"

    def _within(self, ends: tuple[float, float]) -> bool:
        """Whether the published number is there, plus or minus half of its last digit."""
        theirs = float(self.published.value) if self.published else 0.0
        slack = 0.5000001 * 10.0 ** -_decimals(theirs)
        return ends[0] - slack <= theirs <= ends[1] + slack

    @property
    def reason(self) -> str:
        """The reason why the two differ, or the words that say that they agree."""
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


def compare(
    published: Sequence[Published], run: Mapping[str, Any] | None, why_not: str = ""
) -> list[Comparison]:
    """Compare every published value with one profile's result, then list all other measurements.

    run: the result, None if there is none. why_not: the reason, if the run is not comparable.
    """
    found = {} if run is None else {m.key: m for m in measurements(run)}
    comparable = not why_not
    result = [
        Comparison(p, found.get(p.key), comparable, why_not or "not run here") for p in published
    ]
    asked = {p.key for p in published}
    return result + [Comparison(None, m) for key, m in found.items() if key not in asked]


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
    """The value, with its interval and the range over networks in brackets."""
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
    """The number of decimals of a printed number, without zeros at the end."""
    text = f"{value:.10f}".rstrip("0")
    return len(text.partition(".")[2])
