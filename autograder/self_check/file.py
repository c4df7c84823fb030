"""A student's own check of a file, on public inputs: what `autograder check` runs.

Where a worker can be started the file is judged as in grading: in a process with its own limits.
Elsewhere, as on Windows, its cells run in this process, as they do in a notebook's kernel.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import torch

from autograder import catalog
from autograder.handin import submission
from autograder.judge.judge import Judge, run_checks
from autograder.judge.made import make_ready
from autograder.judge.setting import Setting
from autograder.report.results import Result, status_of
from autograder.sandbox import levels
from autograder.sandbox.box import Box
from autograder.self_check.profile import checked_on, named_in
from autograder.student.kernel import student_here
from course.errors import CourseError


def check_file(
    assignment: str, path: Path, profile: str | None, spare: Box | None = None
) -> Result:
    """The result of one file on the public inputs.

    profile: None for the file's own, as `checked_on` takes it. spare: a worker that was started
    ahead. Raises CourseError where this copy has nothing to compare with, and CourseError or
    Malformed for a file that is no submission.
    """
    torch.set_num_threads(1)  # as in grading, and since the worker computes beside this process
    known = catalog.assignment(assignment)
    # A file that cannot be read is refused before anything is computed.
    read = submission.read(path, [exercise.id for exercise in known.exercises], assignment)
    setting = Setting(assignment, profile or checked_on(assignment, named_in(read.cells)))
    level = spare.level if spare else levels.strongest_level() if levels.can_start() else "none"
    judge = Judge(setting, level, preloaded=False, spare=spare)
    with contextlib.closing(judge):
        make_ready(setting)  # what is missing is reported in one line
        if levels.can_start():
            result = judge.judge("you", path)
            if result.status == "FORMAT":
                raise CourseError(" ".join(result.notes))
            return result
    student = student_here(read, known.names)
    checks = run_checks(known, student, setting)
    result = judge.result("you", status_of(checks), checks)
    result.notes = student.notes
    return result
