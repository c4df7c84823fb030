"""The command `course playground`; `playground_data.py` does the work."""

from __future__ import annotations

from pathlib import Path

from course.cli import Later, Subparsers

FOLDER = Path("site/playground")


def playground_command(subparsers: Subparsers) -> None:
    """Add `course playground`."""
    parser = subparsers.add_parser(
        "playground", help="train the playground's networks and write its data (minutes)"
    )
    parser.add_argument("parts", nargs="*", help="digits, signs, distilled, training; default: all")
    parser.add_argument("--out", type=Path, default=FOLDER, help="default: %(default)s")
    parser.set_defaults(run=Later("solutions.figures.playground_data:write"))
