"""Where things lie: the one home of every path inside what is installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import course

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.resolve().parent  # the checkout, where this is one
COURSE = Path(course.__file__).parent
TEMPLATES = PACKAGE / "report" / "templates"
CHECKS = PACKAGE / "checks"
BARS = PACKAGE / "judge" / "calibrated"  # one file of bars for each profile
LECTURES = ROOT / "site" / "lectures"  # in a checkout only
KEPT = PACKAGE / "kept"  # expected values in a student's install, where there is no solutions/


def solutions() -> Path | None:
    """The folder of the reference answers, or None in a student's install."""
    spec = importlib.util.find_spec("solutions")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None
