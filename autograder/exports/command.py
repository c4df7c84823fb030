"""The arguments of `autograder export`."""

from __future__ import annotations

from pathlib import Path

from course.cli import Later, Subparsers

# The options that mean something to each format, besides --out.
HAND = {"by_hand", "gradebook", "open", "term"}  # what is added to and taken off the points
SHEET = {"sheet", "roster", "match", "points"} | HAND
OPTIONS = {
    "canvas": SHEET | {"assignment"},
    "moodle": SHEET | {"columns"},
    "gradescope": {"visibility"} | HAND,
    "junit": HAND,
    "nbgrader": {"roster"} | HAND,
    "blackboard": SHEET | {"assignment"},
    "brightspace": SHEET | {"assignment"},
    "moodle-feedback": {"sheet", "columns", "roster", "match"} | HAND,
    "canvas-api": {"url", "course", "token", "send", "assignment", "roster", "match", "points"}
    | HAND,
    "canvas-feedback": {"collected"} | HAND,
    "brightspace-feedback": {"collected"} | HAND,
    "sakai-feedback": {"collected"} | HAND,
    "gradescope-zip": {"assignment", "data", "secret", "visibility", "trust_submissions"},
    "github-actions": {"assignment"},
}


def add_export(commands: Subparsers) -> None:
    """Add `autograder export DIR --format FORMAT`."""
    parser = commands.add_parser("export", help="grades for learning systems and CI")
    parser.add_argument(
        "folder", type=Path, nargs="?", metavar="DIR", help="what `autograder grade` wrote"
    )
    parser.add_argument("--format", required=True, metavar="|".join(OPTIONS))
    parser.add_argument("--sheet", type=Path, help="of a learning system: the sheet you downloaded")
    parser.add_argument(
        "--assignment", metavar="TITLE", help="its column: `Title (123)`, or 123; graders: a3-fgsm"
    )
    parser.add_argument(
        "--columns", nargs="+", metavar="KIND=HEADING", help="moodle: headings not in English"
    )
    parser.add_argument(
        "--collected", type=Path, metavar="CSV", help="feedback: the table of `autograder collect`"
    )
    parser.add_argument("--roster", type=Path, help="CSV: id,first_name,last_name,email")
    parser.add_argument("--match", metavar="COLUMN", help="find students in this column alone")
    parser.add_argument("--points", metavar="scale|keep", help="where the sheet's maximum differs")
    parser.add_argument(
        "--by-hand", type=Path, metavar="CSV", help="points by hand (default: DIR/by-hand.csv)"
    )
    parser.add_argument("--gradebook", type=Path, metavar="DB", help="nbgrader's, for those points")
    parser.add_argument("--open", metavar="zero|leave", help="where points by hand are missing")
    parser.add_argument("--term", type=Path, metavar="TOML", help="takes off what is late")
    parser.add_argument("--url", help="canvas-api: https://canvas.uni.edu")
    parser.add_argument("--course", metavar="ID", help="canvas-api: the number in its address")
    parser.add_argument(
        "--token", type=Path, metavar="FILE", help="canvas-api: holds it (default: $CANVAS_TOKEN)"
    )
    parser.add_argument(
        "--send", action="store_true", default=None, help="canvas-api: change grades there"
    )
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
