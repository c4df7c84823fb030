"""`autograder check`: its arguments, the file to check, and the table of results.

A file that is not there is refused before PyTorch is imported; `file.py` then runs the checks.
"""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from autograder import catalog
from autograder.errors import Malformed
from autograder.handin import submission
from autograder.report import table
from autograder.sandbox import levels
from autograder.sandbox.box import Box, launch
from autograder.worker.limits import Limits
from course.cli import Later, Subparsers, in_colour
from course.errors import CourseError

check_file = Later("autograder.self_check.file:check_file")


def add_check(commands: Subparsers) -> None:
    """Add `autograder check ASSIGNMENT [FILE]`."""
    parser = commands.add_parser("check", help="check your own work, on public inputs")
    parser.add_argument("assignment", help="such as a3-fgsm")
    parser.add_argument("file", nargs="?", type=Path, help="your notebook (default: the one here)")
    parser.add_argument(
        "--data", metavar="PROFILE", help="its images (default: the notebook's own, or digits)"
    )
    parser.set_defaults(run=check_command)


def check_command(args: argparse.Namespace) -> int:
    """Run the public checks on a file. Exit 0 when all pass, 1 when not."""
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
        result = check_file(args.assignment, path, args.data, started_worker())
    except Malformed as fault:
        raise CourseError(f"{fault.got}. {fault.hint}") from None
    print(table.as_text(result, colour=in_colour()))
    return 0 if result.status == "OK" else 1


def started_worker() -> Box | None:
    """A worker that imports PyTorch while this process does, and then waits for cells to run.

    None where none can be started: `check_file` then uses this process.
    """
    with contextlib.suppress(OSError):
        if levels.can_start():
            return launch(levels.strongest_level(), Limits(), preloaded=False)
    return None
