"""One published table and four ways to read it, for the notebook of assignment 6.

The printed numbers are those of the claims, the measured ones those that `course reproduce 002`
committed; nothing is typed here.
"""

from __future__ import annotations

import json
from pathlib import Path

from solutions.reproductions.record import measurements
from solutions.reproductions.reports.claims_table import TABLE

RESULT = Path(__file__).parent / "reproductions" / "results" / "002.json"

# Our networks, by how the report's epsilon is read: its name in the notebook and in the result.
READINGS = {
    "epsilon in pixels": "pixels",
    "normalised, clamp to black and white": "right",
    "normalised, clamp [-2, 2]": "notebook",
    "normalised, clamp [0, 1]": "article",
}


def _measured(reading: str) -> list[float]:
    """The accuracy that our networks have left at each epsilon of the table, as a fraction."""
    run = json.loads(RESULT.read_text(encoding="utf-8"))["runs"]["mnist"]
    found = {measured.key: measured.value for measured in measurements(run)}
    clean = found["clean"]
    values = [found[f"{reading}-{epsilon:g}"] if epsilon else clean for epsilon in TABLE]
    return [round(float(value) / 100, 5) for value in values]


ONE_TABLE: dict[str, list[float]] = {
    "epsilon": list(TABLE),
    "as printed": [round(value / 100, 5) for value in TABLE.values()],
    **{name: _measured(key) for name, key in READINGS.items()},
}
