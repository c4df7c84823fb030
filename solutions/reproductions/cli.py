"""`course reproduce`: run published reports again, from the command line.

Named as an entry point in pyproject.toml; `reproduce.py` does the work.
"""

from __future__ import annotations

from course.cli import Later, Subparsers, add_device, file_path, whole_number


def reproduce_command(subparsers: Subparsers) -> None:
    """Add `course reproduce`."""
    parser = subparsers.add_parser(
        "reproduce",
        help="run published reports again and compare",
        description="Run a published report again, and print what it says beside what comes out.",
    )
    parser.add_argument("report", metavar="REPORT", help="its number, such as 004, or all")
    parser.add_argument(
        "--profile",
        action="append",
        metavar="PROFILE",
        help="data to run it on, such as mnist; cifar10=imagefolder:PATH reads another profile's "
        "images from a folder; may be given several times (default: what the report used)",
    )
    parser.add_argument("--seeds", type=whole_number(1, 100), metavar="N", help="networks to train")
    parser.add_argument(
        "--quick", action="store_true", help="a few images and steps, to see it run (on digits)"
    )
    parser.add_argument(
        "--out",
        type=file_path,
        metavar="DIR",
        help="for results (default: the committed ones, or build/reproductions with --quick)",
    )
    parser.add_argument("--show", action="store_true", help="run nothing, print stored results")
    add_device(parser)
    parser.set_defaults(run=Later("solutions.reproductions.reproduce:run"))
