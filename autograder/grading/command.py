"""The command `autograder grade`: its arguments, the secret, the isolation level, its report."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.secret import default_secret, read_secret
from course.errors import CourseError

if TYPE_CHECKING:
    from autograder.grading.cluster import Cluster
    from autograder.report.results import Result
    from course.cli import Subparsers


def add_grade(commands: Subparsers) -> None:
    """`autograder grade ASSIGNMENT SUBMISSIONS`."""
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
    from autograder import catalog
    from autograder.grading import batch
    from autograder.grading.slot import Task
    from course import data

    catalog.graded(args.assignment)
    if args.jobs is not None and args.jobs < 1:
        raise CourseError(f"--jobs must be at least 1, got {args.jobs}")
    if args.jobs is not None and args.scheduler:
        raise CourseError("--jobs means nothing with --scheduler: its workers say how many at once")
    if args.sandbox is not None and args.scheduler:
        raise CourseError("--sandbox means nothing with --scheduler: a worker takes its strongest")
    if not args.scheduler:
        level = chosen_level(args.sandbox)
        where = "this machine" if args.sandbox is None else f"level {level}"
        refuse_isolation(level, where, args.trust_submissions)
    jobs = batch.find_jobs(args.submissions, args.assignment)
    data.load(args.data)  # a missing or damaged set is said once, before anything starts
    with cluster_at(args.scheduler) as cluster:
        secret = read_secret(args.secret or default_secret())
        task = Task(args.assignment, args.data, "", secret.hex())
        if cluster:
            refuse_isolation(level := cluster.level(task), "a worker", args.trust_submissions)
        results = batch.grade(
            replace(task, level=level),
            jobs,
            args.out,
            slots=args.jobs or os.cpu_count() or 1,
            progress=True,
            resume=args.resume,
            cluster=cluster,
        )
    return report(results, args.out)


def chosen_level(wanted: str | None) -> str:
    """The sandbox level to grade at. Raises CourseError for one that this machine cannot offer."""
    from autograder import sandbox

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


def cluster_at(address: str | None) -> AbstractContextManager[Cluster | None]:
    """The cluster at an address, or none. Raises CourseError when it cannot be had."""
    if address is None:
        return nullcontext()
    try:
        from autograder.grading.cluster import connected
    except ModuleNotFoundError as error:
        if error.name not in ("dask", "distributed"):
            raise
        raise CourseError(
            "--scheduler needs dask: pip install 'adversarial-course[cluster]'"
        ) from None
    return connected(address)


def report(results: Sequence[Result], out: Path) -> int:
    """Say what was written and which submissions need a hand; returns the exit status."""
    unread = [result for result in results if result.status == "FORMAT"]
    failed = [result for result in results if result.status == "INFRA"]
    for result in (*unread, *failed):
        print(f"autograder: {result.student}: {' '.join(result.notes)}", file=sys.stderr)
    scored = len(results) - len(unread) - len(failed)
    print(f"{scored} of {len(results)} submissions graded: {out / 'grades.csv'}")
    return 1 if failed else 2 if unread else 0
