"""Every path inside what is installed, and inside the checkout.

The course's texts (`assignments/`) and exact versions (`constraints.txt`) are in the checkout,
where there is one. A wheel brings a copy of them in the folder `adversarial_course` beside the
packages (setup.py puts it there). `autograder build` outside a checkout works on a copy of the
texts in the folder where it is run, and other commands take the notebooks that it builds there.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import course
from course.errors import CourseError

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.resolve().parent  # the checkout, where this is one
SHIPPED = ROOT / "adversarial_course"  # in a wheel's install only
COURSE = Path(course.__file__).parent
TEMPLATES = PACKAGE / "report" / "templates"
CHECKS = PACKAGE / "checks"
BARS = PACKAGE / "judge" / "calibrated"  # one file of bars for each profile
LECTURES = ROOT / "site" / "lectures"  # in a checkout only
KEPT = PACKAGE / "kept"  # expected values in a student's install, where there is no solutions/


def holds_texts(folder: Path) -> bool:
    """Whether the texts of the assignments are below a folder."""
    return (folder / "assignments" / "authored").is_dir()


def workplace() -> Path:
    """Where texts are built: the checkout, or without one the folder where the command runs."""
    return ROOT if holds_texts(ROOT) else Path()


def texts() -> Path:
    """The folder that holds `assignments/`: the workplace, or what the wheel brought."""
    return workplace() if holds_texts(workplace()) else SHIPPED


ASSIGNMENTS = texts() / "assignments"
NOTEBOOKS = ASSIGNMENTS / "source"  # with their answers, as `autograder build` writes them
CONSTRAINTS = (ROOT if holds_texts(ROOT) else SHIPPED) / "constraints.txt"


def solutions() -> Path | None:
    """The folder of the reference answers, or None in a student's install."""
    spec = importlib.util.find_spec("solutions")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def python_path() -> dict[str, str]:
    """The variable with which another Python process imports the same code as this one.

    It is empty where the code is among the interpreter's own packages. Elsewhere (a checkout, a
    copy of one, `pip install --target`) a new process would find nothing, or another version.
    """
    folders = dict.fromkeys((str(ROOT), str(COURSE.resolve().parent)))
    own = Path(sys.prefix).resolve()
    outside = [folder for folder in folders if not Path(folder).is_relative_to(own)]
    return {"PYTHONPATH": os.pathsep.join(outside)} if outside else {}


def notebook(assignment: str) -> Path:
    """The notebook of an assignment, with its answers."""
    return NOTEBOOKS / assignment / f"{assignment}.ipynb"


def assignments() -> list[str]:
    """The assignments that have a notebook here. Raises CourseError without one."""
    names = sorted(folder.name for folder in NOTEBOOKS.glob("*/"))
    if not (found := [name for name in names if notebook(name).is_file()]):
        raise CourseError(f"{NOTEBOOKS} holds no notebooks: run `autograder build`")
    return found
