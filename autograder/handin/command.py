"""The arguments of `autograder collect`."""

from __future__ import annotations

from pathlib import Path

from course.cli import Later, Subparsers

# Repeated in systems/choice.py, which is imported when the command runs.
SYSTEMS = "blackboard|brightspace|canvas|github|google|gradescope|moodle|nbgrader|sakai|teams|plain"


def add_collect(commands: Subparsers) -> None:
    """Add `autograder collect ASSIGNMENT DOWNLOAD SUBMISSIONS`."""
    parser = commands.add_parser("collect", help="sort a download of a class into folders")
    parser.add_argument("assignment")
    parser.add_argument("download", type=Path, help="the zip of the class, or a folder of files")
    parser.add_argument("submissions", type=Path, help="folder to write <student>/<assignment>/ to")
    parser.add_argument("--from", dest="layout", metavar="SYSTEM", help=f"who made it: {SYSTEMS}")
    parser.add_argument("--roster", type=Path, metavar="CSV", help="who is in the class")
    parser.add_argument(
        "--deadline",
        metavar="TIME",
        help="the newest attempt by then counts: 2026-11-20T23:59+01:00 (default: the newest)",
    )
    parser.add_argument(
        "--timezone", metavar="NAME", help="of times that the system writes without one"
    )
    parser.add_argument(
        "--take",
        nargs="+",
        default=(),
        metavar="PATH",
        help="files of the download that count where a student handed in several",
    )
    parser.add_argument(
        "--table", type=Path, metavar="CSV", help="where to write what was taken and what was not"
    )
    parser.set_defaults(run=Later("autograder.handin.collect:collect_command"))
