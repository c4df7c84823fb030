"""A student's own check of a file, on public inputs: what `autograder check` runs.

Where a worker can be started it is the way of grading: a process of its own, with its limits.
Elsewhere, as on Windows, the file's cells run in this process, as they do in a notebook's kernel.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import catalog
from autograder.handin import submission
from autograder.judge.judge import Judge, run_checks
from autograder.judge.setting import Setting
from autograder.report.results import Result, gravest
from autograder.sandbox import levels
from autograder.student.kernel import student_here
from course.errors import CourseError

if TYPE_CHECKING:
    from course.cli import Subparsers


def check_file(assignment: str, path: Path, profile: str) -> Result:
    """The result of one file on the public inputs.

    Raises CourseError where this copy has nothing to compare with, and CourseError or Malformed for
    a file that is no submission.
    """
    setting = Setting(assignment, profile)
    _ = setting.stored  # where it is missing, one line says so, before anything starts
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
    result = judge.result("you", gravest([check.status for check in checks]), checks)
    result.notes = student.notes
    return result


def add_check(commands: Subparsers) -> None:
    """`autograder check ASSIGNMENT [FILE]`."""
    parser = commands.add_parser("check", help="check your own work, on public inputs")
    parser.add_argument("assignment", help="such as a3-fgsm")
    parser.add_argument("file", nargs="?", type=Path, help="your notebook (default: the one here)")
    parser.add_argument(
        "--data", default="digits", metavar="PROFILE", help="its images (default: digits)"
    )
    parser.set_defaults(run=check_command)


def check_command(args: argparse.Namespace) -> int:
    """Run the public checks on a file. Exit 0 when all pass, 1 when not."""
    from autograder import catalog
    from autograder.errors import Malformed
    from autograder.handin import submission
    from autograder.report import table

    catalog.assignment(args.assignment)
    try:
        path = args.file or submission.find(Path.cwd(), args.assignment)
    except Malformed as fault:
        raise CourseError(
            f"{fault.got}. Name your file: autograder check ASSIGNMENT FILE"
        ) from None
    if not path.is_file():
        raise CourseError(f"{path} is no file: name your notebook or .py file")
    try:
        result = check_file(args.assignment, path, args.data)
    except Malformed as fault:
        raise CourseError(f"{fault.got}. {fault.hint}") from None
    print(table.as_text(result, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ))
    return 0 if result.status == "OK" else 1
