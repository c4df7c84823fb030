"""The command `autograder`: build, check, grade, export, verify, replay, calibrate, doctor.

Each room's `command.py` has the arguments of its commands and names the functions that do the work;
those are imported when a command runs, so that help and mistakes are answered at once.
"""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable, Sequence

from autograder.authoring import command as authoring
from autograder.exports import command as exports
from autograder.grading import command as grading
from autograder.handin import command as handin
from autograder.sandbox import command as sandbox
from autograder.self_check import command as self_check
from autograder.term import command as term
from course.cli import Subparsers, run_command
from course.errors import CourseError

# The functions that add each command's parser, in the order in which help lists them.
COMMANDS: tuple[Callable[[Subparsers], None], ...] = (
    authoring.add_build,
    self_check.add_check,
    grading.add_grade,
    exports.add_export,
    authoring.add_calibrate,
    sandbox.add_doctor,
    term.add_verify,
    term.add_replay,
    term.add_marking,
    term.add_marks,
    term.add_class,
    term.add_watch,
    handin.add_collect,
    term.add_similar,
    authoring.add_bundle,
    term.add_leaderboard,
    term.add_init,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `autograder` with the given arguments; returns the exit status."""
    return run_command(command_parser(), argv)


def command_parser() -> argparse.ArgumentParser:
    """The parser of `autograder`, also for the site's page on its commands."""
    parser = argparse.ArgumentParser("autograder", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add_parser in COMMANDS:
        add_parser(commands)
    if importlib.util.find_spec("solutions") is None:
        for name, command in commands.choices.items():
            if name != "check":
                command.set_defaults(run=refuse_without_answers)
    return parser


def refuse_without_answers(_args: argparse.Namespace) -> int:
    """Raise CourseError: a student's copy has the command `check` alone."""
    raise CourseError(
        "this is a student's copy of the course: it can `autograder check`. To do more, install "
        "the whole from its repository: pip install -e '.[instructor]'"
    )
