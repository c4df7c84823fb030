"""The arguments of `autograder build`, `autograder bundle` and `autograder calibrate`."""

from __future__ import annotations

from pathlib import Path

from autograder import installed
from course.cli import Later, Subparsers

NAME = "adversarial-images"  # of the bundle, and of the folder in it


def add_build(commands: Subparsers) -> None:
    """Add `autograder build [--check]`."""
    parser = commands.add_parser("build", help="notebooks and pages from the authored texts")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if any differ")
    parser.add_argument(
        "--root",
        type=Path,
        default=installed.workplace(),
        help="folder of assignments/ (default: the checkout, or without one this folder)",
    )
    parser.set_defaults(run=Later("autograder.authoring.build:build_command"))


def add_bundle(commands: Subparsers) -> None:
    """Add `autograder bundle [ASSIGNMENT ...] [--self-study] [--out FILE]`."""
    parser = commands.add_parser("bundle", help="one zip for students: notebooks and checks")
    parser.add_argument(
        "assignments", nargs="*", metavar="ASSIGNMENT", help="only these (default: all)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(f"build/{NAME}.zip"),
        metavar="FILE",
        help="the zip to write (default: %(default)s)",
    )
    parser.add_argument(
        "--data",
        nargs="+",
        default=["digits"],
        metavar="PROFILE",
        help="what students can check on; their notebooks begin with the first (default: digits)",
    )
    parser.add_argument(
        "--self-study",
        action="store_true",
        help="for people without an instructor: a start page, and nothing about handing in",
    )
    parser.set_defaults(run=Later("autograder.authoring.bundle:bundle_command"))


def add_calibrate(commands: Subparsers) -> None:
    """Add `autograder calibrate ASSIGNMENT`."""
    parser = commands.add_parser("calibrate", help="bars from many seeds of the reference")
    parser.add_argument("assignment", help="such as a3-fgsm")
    parser.add_argument(
        "--data", default="digits", metavar="PROFILE", help="its images (default: digits)"
    )
    parser.add_argument(
        "--seeds", type=int, default=20, metavar="N", help="trainings (default: 20)"
    )
    parser.set_defaults(run=Later("autograder.authoring.calibrate:calibrate_command"))
