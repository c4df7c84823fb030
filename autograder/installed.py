"""Every path inside what is installed, and inside the checkout."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import course
from course.errors import CourseError

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.resolve().parent  # the checkout, where this is one
NOTEBOOKS = ROOT / "assignments" / "source"  # with their answers, as `autograder build` writes them
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


def notebook(assignment: str) -> Path:
    """The notebook of an assignment, with its answers."""
    return NOTEBOOKS / assignment / f"{assignment}.ipynb"


def assignments() -> list[str]:
    """The assignments that have a notebook in this checkout. Raises CourseError without one."""
    names = sorted(folder.name for folder in NOTEBOOKS.glob("*/"))
    if not (found := [name for name in names if notebook(name).is_file()]):
        raise CourseError(f"{ROOT} holds no notebooks: run this in a checkout of the course")
    return found
