"""The page on how large a machine grading needs says what was measured, and adds up."""

import json
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIZING = runpy.run_path(str(ROOT / "benchmarks" / "sizing.py"))
MEASURED = json.loads((ROOT / "benchmarks/results/grading.json").read_text(encoding="utf-8"))


def row(table: str, first: str) -> list[str]:
    (line,) = re.findall(rf"^\| {re.escape(first)} \| (.*) \|$", table, flags=re.MULTILINE)
    return line.split(" | ")


def test_the_committed_page_is_that_of_the_committed_figures():
    page = SIZING["page"](MEASURED)
    assert (ROOT / "site" / "sizing.md").read_text(encoding="utf-8") == page, "run make sizing"
    assert len(re.findall("<!-- ", page)) == 1  # who wrote it: every other place was filled


def test_hours_are_students_times_seconds_over_cores():
    one = {"wall": 3.6, "slot memory": 2**30, "worker memory": 2**29}
    table = SIZING["hours"]({"a": one, "b": {**one, "wall": 0.72}})
    assert row(table, "2") == ["2.5", "3.0", "3"]
    assert row(table, "64") == ["0.1", "0.1", "96"]


def test_further_submissions_are_counted_beyond_the_row_above():
    few = {"submissions": 10, "seconds": 8.0, "batch": 2.0**20, "slot": 2.0**21}
    table = SIZING["growth"]([few, {**few, "submissions": 110, "seconds": 28.0}])
    assert row(table, "10") == ["8", "0.80", "0.80", "1", "2"]
    assert row(table, "110") == ["28", "0.25", "0.20", "1", "2"]


@pytest.mark.parametrize("quick", [True, False])
def test_a_quick_run_is_called_one(quick):
    page = SIZING["page"]({**MEASURED, "quick": quick})
    assert ("do not plan with them" in page) == quick
