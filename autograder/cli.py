"""The command `autograder`: all that grades, and all that a class needs around it.

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
from course.cli import Help, Subparsers, explain, run_command, top_parser
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

# What `--help` says of each beside its arguments.
HELP = {
    "build": Help(
        "Build the notebooks, and their pages, from the texts of the assignments.",
        "autograder build --check",
        "with --check, a built file is not what its text says",
    ),
    "check": Help(
        "Check your own work, on inputs that everybody may see.",
        "autograder check a3-fgsm a3-fgsm/a3-fgsm.ipynb",
        "a check does not pass",
    ),
    "grade": Help(
        "Grade a class: marks in grades.csv, a result and a feedback page for each student.",
        "autograder grade a3-fgsm submitted --out grades",
        "the grader failed on a submission",
    ),
    "export": Help(
        "Write marks for Canvas, Moodle, Gradescope, JUnit or nbgrader, or a grader for a service.",
        "autograder export grades --format canvas --sheet canvas.csv",
    ),
    "calibrate": Help(
        "Measure the bars of an assignment, on many seeds of the reference.",
        "autograder calibrate a3-fgsm --seeds 20",
    ),
    "doctor": Help(
        "Say what this machine offers for grading, and what to do where something is missing.",
        "autograder doctor --json",
        "no worker starts in isolation here",
    ),
    "verify": Help(
        "Say whether results are what the grader wrote.",
        "autograder verify grades",
        "a result was changed",
    ),
    "replay": Help(
        "Compute one grade again, for an appeal.",
        "autograder replay grades/results/emre.json submitted",
        "the grade comes out differently",
    ),
    "marking": Help(
        "Write a file for the points that a person gives, or add the points written there.",
        "autograder marking grades submitted",
    ),
    "marks": Help(
        "Put the whole term in one table, with deadlines, penalties and weights.",
        "autograder marks term.toml --out marks.csv",
    ),
    "class": Help(
        "Write the page of a class and its tables again, with a roster.",
        "autograder class grades --roster roster.csv",
    ),
    "watch": Help(
        "Grade what appears in a folder, as it appears.",
        "autograder watch a3-fgsm submitted --out grades",
        "with --once, the grader failed on a submission",
    ),
    "collect": Help(
        "Sort the download of a class into the folders that `grade` reads.",
        "autograder collect a3-fgsm class.zip submitted",
    ),
    "similar": Help(
        "Find hand-ins that look alike, for a person to judge.",
        "autograder similar a3-fgsm submitted --grades grades",
    ),
    "bundle": Help(
        "Pack what students install: notebooks, checks and versions, without answers.",
        "autograder bundle --out students.zip",
    ),
    "leaderboard": Help(
        "List the most robust networks of graded work.",
        "autograder leaderboard grades",
    ),
    "init": Help(
        "Set up a folder for a term: secret, settings and notebooks. No file of yours is changed.",
        "autograder init term",
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run `autograder` with the given arguments; returns the exit status."""
    return run_command(command_parser(), argv)


def command_parser() -> argparse.ArgumentParser:
    """The parser of `autograder`, also for the site's page on its commands."""
    parser = top_parser("autograder", "Build, check and grade the assignments of the course.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add_parser in COMMANDS:
        add_parser(commands)
    explain(commands, HELP)
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
