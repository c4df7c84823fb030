"""`autograder grade`: its arguments, their checks, and the isolation to grade at.

Mistakes are refused here, before PyTorch is imported; `run.py` then grades.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from autograder import catalog, sandbox
from autograder.files import file_name
from autograder.grading.jobs import Job, find_jobs
from autograder.grading.slots import Pool
from course.cli import Later, Subparsers
from course.errors import CourseError

grade_class = Later("autograder.grading.run:grade_class")


def add_grade(commands: Subparsers) -> None:
    """Add `autograder grade ASSIGNMENT SUBMISSIONS`."""
    parser = commands.add_parser("grade", help="grade a class")
    parser.add_argument("assignment", help="such as a3-fgsm")
    parser.add_argument("submissions", type=Path, help="folder of <student>/<assignment>/")
    parser.add_argument(
        "--data", default="digits", metavar="PROFILE", help="its images (default: digits)"
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="how many at once (default: cores)")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="judge on a dask cluster: tcp://HOST:PORT"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("build/grades"),
        metavar="DIR",
        help="folder to write to (default: %(default)s)",
    )
    parser.add_argument("--secret", type=Path, help="file that hidden inputs are drawn from")
    parser.add_argument("--roster", type=Path, metavar="CSV", help="who is in the class")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line on each submission")
    parser.add_argument("--log", type=Path, metavar="FILE", help="add those lines to this file")
    parser.add_argument("--resume", action="store_true", help="keep results that still hold")
    parser.add_argument(
        "--sandbox", metavar="LEVEL", help="strong, medium or none (default: the strongest here)"
    )
    parser.add_argument(
        "--trust-submissions",
        action="store_true",
        help="grade without isolation: only for code that you would run yourself",
    )
    parser.set_defaults(run=grade_command)


def grade_command(args: argparse.Namespace) -> int:
    """Grade every submission. Exit 0 when all were judged, 1 when the grader failed on one,
    2 when one could not be read."""
    catalog.graded(args.assignment)
    if args.jobs is not None and args.jobs < 1:
        raise CourseError(f"--jobs must be at least 1, got {args.jobs}")
    if args.jobs is not None and args.scheduler:
        raise CourseError("--jobs means nothing with --scheduler: its workers say how many at once")
    if args.sandbox is not None and args.scheduler:
        raise CourseError("--sandbox means nothing with --scheduler: a worker takes its strongest")
    level = ""  # with a scheduler, its workers say which
    if not args.scheduler:
        level = chosen_level(args.sandbox)
        where = "this machine" if args.sandbox is None else f"level {level}"
        refuse_isolation(level, where, args.trust_submissions)
    jobs = find_jobs(args.submissions, args.assignment)
    with contextlib.closing(Pool(args.jobs or os.cpu_count() or 1)) as pool:
        if not args.scheduler:
            pool.start(sum(not args.resume or is_new(job, args) for job in jobs), level)
        try:
            status: int = grade_class(args, jobs, level, pool)
        except KeyboardInterrupt:
            pool.stop()
            raise
    if level == "none":
        print(sandbox.notice(level), file=sys.stderr)
    return status


def is_new(job: Job, args: argparse.Namespace) -> bool:
    """Whether a submission has no result yet, or came after it: then a slot is needed for sure.

    A result that does not hold for another reason is found later, when its provenance is compared.
    """
    result = args.out / "results" / f"{file_name(job.student)}.json"
    path = Path(job.path)
    places = (path, path / args.assignment)  # a file, or a folder in which a file was replaced
    try:
        judged = result.stat().st_mtime
        return any(place.stat().st_mtime > judged for place in places if place.exists())
    except OSError:
        return True


def chosen_level(wanted: str | None) -> str:
    """The sandbox level to grade at. Raises CourseError for one that this machine cannot offer."""
    if wanted is None:
        return sandbox.strongest_level()
    if wanted not in sandbox.LEVELS:
        raise CourseError(f"no level called {wanted!r}: there are {', '.join(sandbox.LEVELS)}")
    if trouble := sandbox.trouble(wanted):
        raise CourseError(f"no level {wanted} here: {trouble} (see `autograder doctor`)")
    return wanted


def refuse_isolation(level: str, where: str, trusted: bool) -> None:
    """Raise CourseError for a machine that cannot isolate, unless the submissions are trusted."""
    if level == "none" and not trusted:
        raise CourseError(
            f"{where} offers no isolation, and students' code can do what you can do: "
            "`autograder doctor` says what to install; grade with --trust-submissions only what "
            "you would run yourself"
        )
