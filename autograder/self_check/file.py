"""A student's own check of a file, on public inputs: what `autograder check` runs.

Where a worker can be started the file is judged as in grading: in a process with its own limits.
Elsewhere, as on Windows, its cells run in this process, as they do in a notebook's kernel.
"""

from __future__ import annotations

from pathlib import Path

from autograder import catalog
from autograder.handin import submission
from autograder.judge.judge import Judge, run_checks
from autograder.judge.made import make_ready
from autograder.judge.setting import Setting
from autograder.report.results import Result, status_of
from autograder.sandbox import levels
from autograder.student.kernel import student_here
from course.errors import CourseError


def check_file(assignment: str, path: Path, profile: str) -> Result:
    """The result of one file on the public inputs.

    Raises CourseError where this copy has nothing to compare with, and CourseError or Malformed for
    a file that is no submission.
    """
    setting = Setting(assignment, profile)
    make_ready(setting)  # what is missing is reported in one line, before anything starts
    if levels.can_start():
        judge = Judge(setting, levels.strongest_level(), preloaded=False)
        result = judge.judge("you", path)
        if result.status == "FORMAT":
            raise CourseError(" ".join(result.notes))
        return result
    judge = Judge(setting, "none")
    known = catalog.assignment(assignment)
    read = submission.read(path, [exercise.id for exercise in known.exercises], assignment)
    student = student_here(read, known.names)
    checks = run_checks(known, student, setting)
    result = judge.result("you", status_of(checks), checks)
    result.notes = student.notes
    return result
