"""Published beside measured: the rule for agreement, and the words of a finding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from solutions.reproductions.record import (
    Comparison,
    Finding,
    Measurement,
    Published,
    compare,
    number,
    share,
    with_interval,
)


def test_a_share_has_its_wilson_interval_and_its_networks() -> None:
    found = share("a", [980, 990], 1_000)
    assert found.value == 98.5
    assert found.low is not None
    assert found.high is not None
    assert found.low < 98.5 < found.high
    assert found.seeds == (98.0, 99.0)
    assert found.reach is not None
    assert found.reach[0] < 98.0
    assert found.reach[1] > 99.0
    assert "networks 98.00 to 99.00" in with_interval(found)


@pytest.mark.parametrize(
    ("published", "measured", "agrees"),
    [
        (98.5, share("a", [985], 1_000), True),
        (96.0, share("a", [985], 1_000), False),
        (19_810, number("a", [19_810], "count"), True),
        (20_000, number("a", [19_810], "count"), False),
        (0.0314, number("a", [8 / 255], ""), True),  # as far as it was printed
        (0.0313, number("a", [8 / 255], ""), False),
        (5.0, number("a", [4.0, 6.0], "s"), True),  # networks are on both sides
        ("often", number("a", [1.0], ""), None),
    ],
)
def test_agreement_is_judged_by_the_interval(
    published: float | str, measured: Measurement, agrees: bool | None
) -> None:
    row = Comparison(
        Published("a", "A", published, measured.unit, "line 1", reason="because"), measured
    )
    assert row.agrees is agrees
    assert ("because" in row.reason) == (agrees is not True)


def test_agreeing_with_the_mean_is_told_from_lying_between_networks() -> None:
    measured = share("a", [900, 980], 1_000)
    told = {
        value: Comparison(
            Published("a", "A", value, "%", "line 1", reason="because"), measured
        ).reason
        for value in (94.0, 90.5, 80.0)
    }
    assert told == {94.0: "agrees", 90.5: "within what our networks differ by", 80.0: "because"}


def test_a_finding_is_told_with_the_measured_numbers() -> None:
    finding = Finding("claim", "ran", "{left-0.1} of {n}, {left-0.1 ±}", "why")
    run = {
        "measurements": [
            {"key": "left-0.1", "value": 12.5, "unit": "%", "low": 10.0, "high": 15.0},
            {"key": "n", "value": 1_000, "unit": "count"},
        ]
    }
    assert finding.with_numbers(run) == "12.50 % of 1,000, 12.50 % (10.00 to 15.00)"
    with pytest.raises(KeyError):
        replace(finding, came_out="{other}").with_numbers(run)


def test_a_figure_that_nobody_measured_says_so() -> None:
    published = (
        Published("a", "A", 1.0, "%", "line 1"),
        Published("", "B", 1.0, "%", "line 2", reason="quoted"),
    )
    asked, quoted = compare(published, None)
    assert asked.cells()[2] == "not run here"
    assert (quoted.cells()[2], quoted.reason) == ("not measured", "quoted")
