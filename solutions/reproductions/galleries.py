"""Everything that `course figures` draws from the committed results of published reports.

A module `figures*.py` of this folder holds `FIGURES` and `TABLES`; it is found by its name.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from solutions.figures.gallery import Gallery, NotMeasured
from solutions.reproductions.runner import FOLDER, committed


class Kept(dict[str, Any]):
    """Results by report, or runs by profile, in which a missing one says what to run."""

    def __init__(self, entries: dict[str, Any], remedy: str) -> None:
        super().__init__(entries)
        self.remedy = remedy

    def __missing__(self, key: str) -> Any:
        raise NotMeasured(f"Not run here yet: {self.remedy.format(key)}")


def kept(results: dict[str, dict[str, Any]]) -> Kept:
    """Results as figures read them."""
    runs = {
        report: result
        | {"runs": Kept(result["runs"], f"`course reproduce {report} --profile {{}}`")}
        for report, result in results.items()
    }
    return Kept(runs, "`course reproduce {}`")


def audit() -> list[Gallery]:
    """One gallery for each module, all with the results of all reports."""
    names = sorted(m.name for m in pkgutil.iter_modules([str(FOLDER)]))
    modules = [
        importlib.import_module(f"solutions.reproductions.{name}")
        for name in names
        if name.startswith("figures")
    ]
    results = kept(committed())
    return [Gallery(results, module.FIGURES, module.TABLES) for module in modules]
