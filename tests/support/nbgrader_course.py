"""A course that nbgrader grades: its commands, gradebook, hand-ins, a quick judge."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.converters import BaseConverter
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from autograder import catalog
from autograder.errors import Malformed
from autograder.handin import submission
from autograder.nbgrader_plugin.bridge import SubmissionExporter
from autograder.report.results import CheckResult, Result

ROOT = Path(__file__).resolve().parents[2]
NAME = "a3-fgsm"
POINTS = catalog.points(NAME)
TOTAL = sum(POINTS.values())


def convert(converter: type[BaseConverter], course: Path, **settings: Any) -> None:
    """Run one of nbgrader's commands in this process, with the course's own settings."""
    config = PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.assignment_id = NAME
    config.TrustedJudge.secret = str(course / "secret")
    config.TrustedJudge.trust_submissions = True
    for name, value in settings.items():
        config.TrustedJudge[name] = value
    converter(coursedir=CourseDirectory(config=config), config=config).start()


def gradebook(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")


def graded(course: Path) -> dict[str, dict[str, Any]]:
    """The gradebook's entries for every student."""
    with gradebook(course) as book:
        return {s.student.id: summary(s) for s in book.assignment_submissions(NAME)}


def summary(submitted: SubmittedAssignment) -> dict[str, Any]:
    grades = [grade for notebook in submitted.notebooks for grade in notebook.grades]
    return {
        "score": submitted.score,
        "auto": {grade.name: grade.auto_score for grade in grades},
        "manual": {grade.name: grade.manual_score for grade in grades},
        "by hand": any(grade.needs_manual_grade for grade in grades),
    }


Notebook = dict[str, Any]
Marked = dict[str, dict[str, Any]]
Change = Callable[[Notebook, Marked], object]


def marked(**changes: Any) -> Change:
    """Change nbgrader's mark of the first check cell."""
    return lambda _, cells: cells["check-fgsm"]["metadata"]["nbgrader"].update(changes)


def hand_in(course: Path, student: str, change: Change | bytes) -> None:
    """Hand in the released notebook with one change, or other bytes."""
    path = course / "submitted" / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    if isinstance(change, bytes):
        path.write_bytes(change)
        return
    notebook = json.loads((course / "release" / NAME / f"{NAME}.ipynb").read_text())
    cells = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell
        for cell in notebook["cells"]
        if "nbgrader" in cell["metadata"]
    }
    change(notebook, cells)
    path.write_text(json.dumps(notebook))


def quick_result(lost: float = 0.5) -> Result:
    """A possible result of the judge: `lost` of the first check with points is lost."""
    checks = [
        CheckResult(check.name, check.title, "OK", check.max_points, check.max_points)
        for check in catalog.checks(NAME)
    ]
    first = next(check for check in checks if check.max_points)
    first.points -= lost
    first.status, first.got = "WRONG", "<script>alert(1)</script>"
    return Result("s", NAME, "digits", "WRONG", TOTAL - lost, TOTAL, "none", 0.0, checks)


def quick_judge(exporter: SubmissionExporter, assignment: str, student: str) -> Result:
    """Reads as the judge does, and runs nothing."""
    folder = Path(exporter.parent.coursedir.root) / "submitted" / student
    result = quick_result()
    try:
        submission.read(submission.find(folder, assignment), list(POINTS))
    except Malformed as fault:
        result.status, result.score, result.checks, result.notes = "FORMAT", None, [], [fault.got]
    if student == "unlucky":
        result.status, result.score, result.notes = "INFRA", None, ["no disk"]
    return result
