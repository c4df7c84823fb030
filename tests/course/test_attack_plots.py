"""The convergence figure names its content and refuses data that is no curve."""

from __future__ import annotations

import math

import pytest

from course import plots
from course.errors import CourseError
from course.plots.attacks import convergence, printed_and_converted


def test_the_words_tell_where_each_curve_begins_turns_and_ends() -> None:
    figure = convergence({"small steps": [0.0, 1.0, 2.0], "large steps": [0.0, 3.0, 3.0]})
    words = plots.alt_text(figure)
    assert "large steps ends highest, at 3" in words
    assert "large steps: 0 at 0, 3 at 1, ends at 3" in words
    assert "small steps: 0 at 0, 2 at 2, ends at 2" in words


def test_curves_of_different_lengths_share_the_axis() -> None:
    (axes,) = convergence({"a": [0, 1], "b": [0, 1, 2, 3]}).axes
    assert axes.get_xlim() == (0, 3)


@pytest.mark.parametrize("curve", [[1.0], [], [0.0, math.nan], [[0.0, 1.0]]])
def test_what_is_no_curve_is_refused(curve: list[float]) -> None:
    with pytest.raises(CourseError):
        convergence({"a": curve})


def test_printed_curves_stand_beside_converted_ones() -> None:
    printed = {"A": {0.3: 20.0, 0.1: 90.0}}
    converted = {"A": {0.15: 20.0, 0.05: 90.0}}
    figure = printed_and_converted(printed, converted)
    left, right = figure.axes
    assert list(left.get_lines()[0].get_xdata()) == [0.1, 0.3]
    assert list(right.get_lines()[0].get_xdata()) == [0.05, 0.15]
    words = plots.alt_text(figure)
    assert "ε as printed, A: 90 % at 0.1 to 20 % at 0.3" in words
    assert "ε in pixel units, A: 90 % at 0.05 to 20 % at 0.15" in words


@pytest.mark.parametrize("curve", [{}, {0.1: 101.0}, {math.nan: 50.0}])
def test_a_printed_curve_of_nonsense_is_refused(curve: dict[float, float]) -> None:
    with pytest.raises(CourseError):
        printed_and_converted({"A": curve}, {"A": {0.1: 50.0}})
