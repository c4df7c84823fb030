"""The arguments of `autograder collect`."""

from __future__ import annotations

from pathlib import Path

from autograder.handin.collect import LAYOUTS
from course.cli import Later, Subparsers


def add_collect(commands: Subparsers) -> None:
    """Add `autograder collect ASSIGNMENT DOWNLOAD SUBMISSIONS`."""
    parser = commands.add_parser("collect", help="sort a download of a class into folders")
    parser.add_argument("assignment")
    parser.add_argument("download", type=Path, help="the zip of the class, or a folder of files")
    parser.add_argument("submissions", type=Path, help="folder to write <student>/<assignment>/ to")
    parser.add_argument("--from", dest="layout", metavar="|".join(LAYOUTS), help="who made it")
    parser.set_defaults(run=Later("autograder.handin.collect:collect_command"))
