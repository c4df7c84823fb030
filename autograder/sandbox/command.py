"""The arguments of `autograder doctor`."""

from __future__ import annotations

from course.cli import Later, Subparsers


def add_doctor(commands: Subparsers) -> None:
    """Add `autograder doctor [--json]`."""
    parser = commands.add_parser("doctor", help="what this machine offers for grading")
    parser.add_argument("--json", action="store_true", help="for a program to read")
    parser.set_defaults(run=Later("autograder.sandbox.doctor:doctor_command"))
