"""A student's own check of a file, on public inputs: what `autograder check` runs.

Where a worker can be started it is the way of grading: a process of its own, with its limits.
Elsewhere, as on Windows, the file's cells run in this process, as they do in a notebook's kernel.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import autograder
from autograder import catalog, sandbox, submission
from autograder.judge import Judge, run_checks
from autograder.limits import Limits
from autograder.protocol import Message, pack
from autograder.results import Result, gravest
from autograder.setting import Setting
from autograder.student import LiveTransport, Student, cell_notes
from autograder.submission import Submission
from autograder.worker import Worker
from course.errors import CourseError


def check_file(assignment: str, path: Path, profile: str) -> Result:
    """The result of one file on the public inputs.

    Raises CourseError where this copy has nothing to compare with, and CourseError or Malformed for
    a file that is no submission.
    """
    setting = Setting(assignment, profile)
    _ = setting.kept  # where it is missing, one line says so, before anything starts
    if sandbox.can_start():
        judge = Judge(setting, sandbox.strongest_level(), preloaded=False)
        result = judge.judge("you", path)
        if result.status == "FORMAT":
            raise CourseError(" ".join(result.notes))
        return result
    judge = Judge(setting, "none")
    known = catalog.assignment(assignment)
    read = submission.read(path, [exercise.id for exercise in known.exercises], assignment)
    student = student_here(read, known.names)
    checks = run_checks(known, student, setting)
    result = judge.result("you", gravest([check.status for check in checks]), checks)
    result.notes = student.notes
    return result


def student_here(read: Submission, names: Sequence[str]) -> Student:
    """A student whose cells run in this process, with no other limit than whoever sits before it.

    Interrupting it raises KeyboardInterrupt.
    """
    os.environ.setdefault("MPLBACKEND", "Agg")  # a figure of theirs opens no window
    transport = LiveTransport(Worker().namespace)
    cells = [{"title": cell.title, "source": cell.source} for cell in read.cells]
    message = Message({"do": "cells", "with": pack([cells, list(names)], [])})
    with without_check(), contextlib.redirect_stdout(io.StringIO()):
        reply = transport.exchange(message, 0)
    student = Student(transport, Limits(), public=True, cells=read.cells)
    student.notes = cell_notes(reply, read.cells)
    return student


@contextlib.contextmanager
def without_check() -> Iterator[None]:
    """Let the check cells of a file do nothing while its other cells run."""
    before = autograder.check
    autograder.check = lambda *arguments, **options: None
    try:
        yield
    finally:
        autograder.check = before
