"""Collects the figures that `course figures` draws from the committed results of published reports.

A module `figures*.py` of this folder holds `FIGURES` and `TABLES`; it is found by its name.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from solutions.figures.gallery import Gallery, NotMeasured
from solutions.reproductions.runner import FOLDER, committed


class ResultsOrRemedy(dict[str, Any]):
    """Results by report, or runs by profile; asking for a missing one raises NotMeasured."""

    def __init__(self, entries: dict[str, Any], remedy: str) -> None:
        super().__init__(entries)
        self.remedy = remedy

    def __missing__(self, key: str) -> Any:
        raise NotMeasured(f"Not run here yet: {self.remedy.format(key)}")


def with_remedies(results: dict[str, dict[str, Any]]) -> ResultsOrRemedy:
    """Results for figures: an error for a missing one names the command to run."""
    runs = {
        report: result
        | {"runs": ResultsOrRemedy(result["runs"], f"`course reproduce {report} --profile {{}}`")}
        for report, result in results.items()
    }
    return ResultsOrRemedy(runs, "`course reproduce {}`")


def audit() -> list[Gallery]:
    """One gallery for each module of figures, each with the results of all reports."""
    names = sorted(m.name for m in pkgutil.iter_modules([str(FOLDER)]))
    modules = [
        importlib.import_module(f"solutions.reproductions.{name}")
        for name in names
        if name.startswith("figures")
    ]
    results = with_remedies(committed())
    return [Gallery(results, module.FIGURES, module.TABLES) for module in modules]
