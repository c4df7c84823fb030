"""Gives notebooks the reports' numbers: curves in several units, and one table read in four ways.

The printed numbers are those of the claims, with the epsilon that stands in print; the measured
ones are those that `course reproduce 002` committed. No number is typed here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from solutions.reproductions.record import Published, measurements
from solutions.reproductions.reports import claims000, claims002, claims004
from solutions.reproductions.reports.claims_table import TABLE


def _printed(published: Sequence[Published], curve: str, unit: float) -> dict[float, float]:
    """A dictionary from epsilon as printed (one is `unit` in pixels) to the accuracy in %.

    Claims in quotation marks are figures of the report's prose ("around 20 %"), not of its table.
    """
    return {
        round(claim.epsilon / unit, 4): float(claim.value)
        for claim in published
        if claim.curve == curve and claim.epsilon is not None and "“" not in claim.claim
    }


# A report's letter in assignment 3: the tables as they stand in print.
PRINTED_CURVES = {
    "A": _printed(claims000.PUBLISHED, "FGSM plain", 1.0),
    "B": _printed(claims002.PUBLISHED, "FGSM, in pixels, clamp [0, 1]", 1.0),
    "C": _printed(claims004.PUBLISHED, "FGSM", 0.5),
}

RESULT = Path(__file__).parent / "results" / "002.json"

# Our networks, by how the report's epsilon is read: name in the notebook, name in results.
READINGS = {
    "epsilon in pixels": "pixels",
    "normalised, clamp to black and white": "right",
    "normalised, clamp [-2, 2]": "notebook",
    "normalised, clamp [0, 1]": "article",
}


def _measured(reading: str) -> list[float]:
    """The accuracy of this course's networks at each epsilon of the table, as a fraction."""
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
