"""`check("a3-fgsm", "fgsm")` in a notebook: the public checks on the functions as they are now."""

from __future__ import annotations

import inspect
from typing import Any

from autograder import catalog
from autograder.errors import StudentFault
from autograder.judge.judge import run_checks
from autograder.judge.made import make_ready
from autograder.judge.setting import Setting
from autograder.report import table
from autograder.report.results import CheckResult
from autograder.self_check.profile import checked_on
from autograder.student import Student
from autograder.student.kernel import CELLS_RUNNING, LiveTransport
from autograder.worker.limits import Limits
from course.errors import CourseError


class ChecksFailed(Exception):
    """Some checks of an exercise do not pass; the table above says which, and what to do."""

    def _render_traceback_(self) -> list[str]:
        """The output in Jupyter: one line, not the traceback through the grader."""
        return [str(self)]


def check(assignment: str, exercise: str | None = None, *, data: str | None = None) -> None:
    """Run the checks of one exercise, or of the whole assignment, on this notebook's functions.

    data: the profile to check on; without one it is `checked_on` what the notebook calls PROFILE.
    Shows a table; raises ChecksFailed when a check does not pass, so that the cell counts as
    failed, and CourseError for an unknown assignment or exercise.
    """
    if CELLS_RUNNING.get():  # a whole file is being checked, this cell with it
        return
    known = catalog.assignment(assignment)
    if exercise is not None and exercise not in {item.id for item in known.exercises}:
        names = ", ".join(item.id for item in known.exercises)
        raise CourseError(f"{assignment} has no exercise {exercise!r}; it has: {names}")
    namespace = callers_names()
    setting = Setting(assignment, data or checked_on(assignment, namespace.get("PROFILE")))
    make_ready(setting, announce=False)  # what is missing is reported in one line
    student = Student(LiveTransport(namespace), Limits(), public=True)
    try:
        checks = run_checks(known, student, setting, exercise)
    except StudentFault as fault:
        raise ChecksFailed(f"{fault.got}. {fault.hint}") from None
    except KeyboardInterrupt:
        raise ChecksFailed(
            "You stopped the checks. If a function seems to run forever, try it on a few images."
        ) from None
    show(checks)
    if any(item.status != "OK" for item in checks):
        raise ChecksFailed(table.summary(checks))


def callers_names() -> dict[str, Any]:
    """The names of the notebook, or of the module, that called `check`, here or by the package."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__") in (__name__, "autograder"):
        frame = frame.f_back
    assert frame is not None
    return frame.f_globals


def show(checks: list[CheckResult]) -> None:
    """The table, in a notebook as HTML and elsewhere as text."""
    try:
        from IPython import get_ipython  # noqa: PLC0415  there may be no IPython
        from IPython.display import HTML, display  # noqa: PLC0415
    except ImportError:
        shell = None
    else:
        shell = get_ipython()
    if shell is not None and "IPKernelApp" in shell.config:
        display(HTML(table.as_html(checks)))
        return
    for item in checks:
        print(f"{item.status:8} {item.title}")
        for label, text in table.details(item):
            print(f"{'':9}{label}: {text}")
