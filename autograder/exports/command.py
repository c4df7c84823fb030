"""The arguments of `autograder export`."""

from __future__ import annotations

from pathlib import Path

from course.cli import Later, Subparsers

# The options that mean something to each format, besides --out.
OPTIONS = {
    "canvas": {"sheet", "assignment", "roster", "match", "points"},
    "moodle": {"sheet", "columns", "roster", "match", "points"},
    "gradescope": {"visibility"},
    "junit": set(),
    "nbgrader": {"roster"},
    "gradescope-zip": {"assignment", "data", "secret", "visibility", "trust_submissions"},
    "github-actions": {"assignment"},
}


def add_export(commands: Subparsers) -> None:
    """Add `autograder export DIR --format FORMAT`."""
    parser = commands.add_parser("export", help="grades for Canvas, Moodle, Gradescope and CI")
    parser.add_argument(
        "folder", type=Path, nargs="?", metavar="DIR", help="what `autograder grade` wrote"
    )
    parser.add_argument("--format", required=True, metavar="|".join(OPTIONS))
    parser.add_argument("--sheet", type=Path, help="canvas, moodle: the sheet you downloaded")
    parser.add_argument(
        "--assignment", metavar="TITLE", help="canvas: `Title (123)`, or 123; graders: a3-fgsm"
    )
    parser.add_argument(
        "--columns", nargs="+", metavar="KIND=HEADING", help="moodle: headings not in English"
    )
    parser.add_argument("--roster", type=Path, help="CSV: id,first_name,last_name,email")
    parser.add_argument("--match", metavar="COLUMN", help="find students in this column alone")
    parser.add_argument("--points", metavar="scale|keep", help="where the sheet's maximum differs")
    parser.add_argument("--visibility", metavar="WHEN", help="gradescope: visible, hidden, ...")
    parser.add_argument("--data", metavar="PROFILE", help="gradescope-zip: what to grade on")
    parser.add_argument("--secret", type=Path, help="gradescope-zip: draws the hidden inputs")
    parser.add_argument(
        "--trust-submissions",
        action="store_true",
        default=None,
        help="gradescope-zip: run code even where the container cannot isolate it",
    )
    parser.add_argument("--out", type=Path, help="file to write; gradescope: folder")
    parser.set_defaults(run=Later("autograder.exports.export:export_command"))
