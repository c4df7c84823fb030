"""The arguments of `autograder verify`, `replay`, `marking`, `similar`, `leaderboard`, `init`."""

from __future__ import annotations

from pathlib import Path

from autograder.worker.limits import Limits
from course.cli import Later, Subparsers


def add_verify(commands: Subparsers) -> None:
    """Add `autograder verify DIR`."""
    parser = commands.add_parser("verify", help="are these results what the grader wrote?")
    parser.add_argument("folder", type=Path, help="what `autograder grade --out` wrote")
    parser.add_argument("--secret", type=Path, help="the secret that they were graded with")
    parser.set_defaults(run=Later("autograder.term.appeals:verify_command"))


def add_replay(commands: Subparsers) -> None:
    """Add `autograder replay RESULT SUBMISSIONS`."""
    parser = commands.add_parser("replay", help="compute one grade again, for an appeal")
    parser.add_argument("result", type=Path, help="results/<student>.json")
    parser.add_argument("submissions", type=Path, help="the folder that was graded, or the file")
    parser.add_argument("--secret", type=Path, help="the secret that it was graded with")
    parser.set_defaults(run=Later("autograder.term.appeals:replay_command"))


def add_marking(commands: Subparsers) -> None:
    """Add `autograder marking DIR [SUBMISSIONS]`."""
    parser = commands.add_parser("marking", help="a file for the points that a person gives")
    parser.add_argument("folder", type=Path, help="what `autograder grade --out` wrote")
    parser.add_argument(
        "submissions", type=Path, nargs="?", help="the folder that was graded, for the answers"
    )
    parser.add_argument(
        "--finish", type=Path, metavar="OUT", help="write results and pages with these points there"
    )
    parser.add_argument("--secret", type=Path, help="the secret that they were graded with")
    parser.add_argument("--open", metavar="zero|leave", help="where points are missing")
    parser.set_defaults(run=Later("autograder.term.marking:marking_command"))


def add_marks(commands: Subparsers) -> None:
    """Add `autograder marks TERM`."""
    parser = commands.add_parser("marks", help="the whole term in one table, penalties and all")
    parser.add_argument("term", type=Path, help="term.toml: deadlines, penalties, weights")
    parser.add_argument("--out", type=Path, metavar="CSV", help="default: marks.csv beside it")
    parser.add_argument("--open", metavar="zero|leave", help="where points by hand are missing")
    parser.set_defaults(run=Later("autograder.term.marks:marks_command"))


def add_class(commands: Subparsers) -> None:
    """Add `autograder class DIR`."""
    parser = commands.add_parser("class", help="the page of a class again, with a roster")
    parser.add_argument("folder", type=Path, help="what `autograder grade --out` wrote")
    parser.add_argument("--roster", type=Path, metavar="CSV", help="who is in the class")
    parser.set_defaults(run=Later("autograder.term.class_command:class_command"))


def add_watch(commands: Subparsers) -> None:
    """Add `autograder watch ASSIGNMENT SUBMISSIONS`."""
    parser = commands.add_parser("watch", help="grade what appears in a folder, as it appears")
    parser.add_argument("assignment", help="such as a3-fgsm")
    parser.add_argument(
        "submissions", type=Path, help="folder of <student>/<assignment>/, or of archives; or one"
    )
    parser.add_argument("--out", type=Path, default=Path("build/grades"), metavar="DIR")
    parser.add_argument("--from", dest="layout", metavar="SYSTEM", help="who made the archives")
    parser.add_argument("--roster", type=Path, metavar="CSV", help="whose the archives' files are")
    parser.add_argument("--timezone", metavar="NAME", help="of times in the archives")
    parser.add_argument("--data", default="digits", metavar="PROFILE", help="default: digits")
    parser.add_argument("--jobs", type=int, metavar="N", help="how many at once")
    parser.add_argument("--secret", type=Path, help="file that hidden inputs are drawn from")
    parser.add_argument("--sandbox", metavar="LEVEL", help="strong, medium or none")
    parser.add_argument("--trust-submissions", action="store_true", help="grade without isolation")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line on each submission")
    parser.add_argument("--log", type=Path, metavar="FILE", help="add those lines to this file")
    parser.add_argument("--attempts", type=int, metavar="N", help="a day, for each student")
    parser.add_argument("--pull", action="store_true", help="`git pull` there before each look")
    parser.add_argument("--every", type=float, default=10.0, metavar="SECONDS", help="default: 10")
    parser.add_argument("--once", action="store_true", help="look once, for a timer of the system")
    parser.set_defaults(run=Later("autograder.term.watch:watch_command"))


def add_similar(commands: Subparsers) -> None:
    """Add `autograder similar ASSIGNMENT SUBMISSIONS [--grades DIR] [--out DIR]`."""
    parser = commands.add_parser("similar", help="hand-ins that look alike, for a human")
    parser.add_argument("assignment")
    parser.add_argument("submissions", type=Path, help="the folder that was graded")
    parser.add_argument("--grades", type=Path, help="what `autograder grade --out` wrote")
    parser.add_argument("--out", type=Path, default=Path("build/similar"), metavar="DIR")
    parser.set_defaults(run=Later("autograder.term.similarity:similar_command"))


def add_leaderboard(commands: Subparsers) -> None:
    """Add `autograder leaderboard RESULTS...`."""
    parser = commands.add_parser("leaderboard", help="the most robust networks of graded work")
    parser.add_argument(
        "results",
        nargs="+",
        type=Path,
        metavar="RESULTS",
        help="what `autograder grade a5-adversarial-training` wrote: its folder, or single results",
    )
    parser.add_argument(
        "--cpu-seconds",
        type=float,
        default=float(Limits().cpu_seconds),
        metavar="N",
        help="the budget: who computed longer is out of competition (default: %(default)g)",
    )
    parser.add_argument(
        "--anonymous",
        action="store_true",
        help="show the first letters of each file's SHA-256 in place of names",
    )
    parser.add_argument(
        "--ensemble",
        type=int,
        metavar="N",
        help="train the best N networks again and attack them with a fixed ensemble, too",
    )
    parser.add_argument(
        "--submissions", type=Path, metavar="DIR", help="with --ensemble: what was graded"
    )
    parser.add_argument(
        "--secret", type=Path, help="with --ensemble: the secret that they were graded with"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="also write leaderboard.html and leaderboard.md"
    )
    parser.set_defaults(run=Later("autograder.term.leaderboard:leaderboard_command"))


def add_init(commands: Subparsers) -> None:
    """Add `autograder init [DIR]`."""
    parser = commands.add_parser("init", help="set up a term: secret, settings, folders")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="default: this folder"
    )
    parser.add_argument(
        "--secret", type=Path, metavar="FILE", help="where the secret lies, or is to lie"
    )
    parser.add_argument(
        "--data", default="digits", metavar="PROFILE", help="what to grade on (default: digits)"
    )
    parser.set_defaults(run=Later("autograder.term.init:init_command"))
