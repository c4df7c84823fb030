"""The command `autograder`: build, check, grade, export, verify, replay, calibrate, doctor.

What needs PyTorch is imported when a command runs, so that help and mistakes are answered at once.
"""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Sequence

from autograder.authoring import build, bundle
from autograder.authoring.calibrate import add_calibrate
from autograder.exports.command import add_export_parser
from autograder.grading.command import add_grade
from autograder.handin import collect
from autograder.sandbox.doctor import add_doctor
from autograder.self_check.command import add_check
from autograder.term import appeals, leaderboard, similarity
from autograder.term import init as term
from course.cli import run_command
from course.errors import CourseError


def main(argv: Sequence[str] | None = None) -> int:
    """Run `autograder` with the given arguments; returns the exit status."""
    return run_command(command_parser(), argv)


def command_parser() -> argparse.ArgumentParser:
    """The parser of `autograder`, also for the site's page on its commands."""
    parser = argparse.ArgumentParser("autograder", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    build.add_build_parser(commands)
    add_check(commands)
    add_grade(commands)
    add_export_parser(commands)
    add_calibrate(commands)
    add_doctor(commands)
    appeals.add_parsers(commands)
    collect.add_collect_parser(commands)
    similarity.add_similar_parser(commands)
    bundle.add_bundle_parser(commands)
    leaderboard.add_leaderboard_parser(commands)
    term.add_init_parser(commands)
    if importlib.util.find_spec("solutions") is None:
        for name, command in commands.choices.items():
            if name != "check":
                command.set_defaults(run=refuse_without_answers)
    return parser


def refuse_without_answers(_args: argparse.Namespace) -> int:
    """Raise CourseError: a student's install checks, and does nothing else."""
    raise CourseError(
        "this is a student's copy of the course: it can `autograder check`. To do more, install "
        "the whole from its repository: pip install -e '.[instructor]'"
    )
