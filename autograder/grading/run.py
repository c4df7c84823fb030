"""The work of `autograder grade` once its arguments are right: read the data, grade, report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.grading import batch
from autograder.grading.command import refuse_isolation
from autograder.grading.jobs import Job, Task
from autograder.grading.progress import notes_of
from autograder.report.class_page.page import rewrite
from autograder.report.results import Result
from autograder.report.roster.people import listed
from autograder.report.roster.reading import read_roster
from autograder.secret import read_secret
from course import data
from course.cli import Later
from course.errors import CourseError

if TYPE_CHECKING:
    from autograder.grading.cluster import Cluster
    from autograder.grading.slots import Pool

connected = Later("autograder.grading.cluster:connected")  # dask is an extra


def grade_class(args: argparse.Namespace, jobs: Sequence[Job], level: str, pool: Pool) -> int:
    """Grade these jobs, in slots of the pool, and report; returns `autograder grade`'s status."""
    if args.roster:
        read_roster(args.roster)  # a mistake in it is reported before anything starts
    data.load(args.data)  # a missing or damaged set is reported once, before anything starts
    with cluster_at(args.scheduler) as cluster:
        secret = read_secret(args.secret)
        task = Task(args.assignment, args.data, level, secret.hex())
        if cluster:
            task = replace(task, level=cluster.level(task))
            refuse_isolation(task.level, "a worker", args.trust_submissions)
        with notes_of(args.log, verbose=args.verbose) as note:
            results = batch.grade(
                task,
                jobs,
                args.out,
                slots=pool,
                progress=True,
                resume=args.resume,
                cluster=cluster,
                note=note,
            )
    if args.roster:
        name_absent(args.out, args.roster)
    return report(results, args.out)


def name_absent(out: Path, path: Path) -> None:
    """Put names and sections on the page of the class, and list students without a hand-in."""
    absent = rewrite(out, read_roster(path))
    if absent:
        print(f"in the roster, handed nothing in ({len(absent)}): {listed(absent, 20)}")


def cluster_at(address: str | None) -> AbstractContextManager[Cluster | None]:
    """The cluster at an address, or none. Raises CourseError when it cannot be reached."""
    if address is None:
        return nullcontext()
    try:
        found: AbstractContextManager[Cluster] = connected(address)
    except ModuleNotFoundError as error:
        if error.name not in ("dask", "distributed"):
            raise
        raise CourseError(
            "--scheduler needs dask: pip install 'adversarial-course[cluster]'"
        ) from None
    return found


def report(results: Sequence[Result], out: Path) -> int:
    """Say what was written and which submissions need attention; returns the exit status."""
    unread = [result for result in results if result.status == "FORMAT"]
    failed = [result for result in results if result.status == "INFRA"]
    for result in (*unread, *failed):
        notes = " ".join(" ".join(result.notes).split())  # a traceback, too, on one line
        print(f"autograder: {result.student}: {notes}", file=sys.stderr)
    scored = len(results) - len(unread) - len(failed)
    print(f"{scored} of {len(results)} submissions graded: {out / 'grades.csv'}")
    return 1 if failed else 2 if unread else 0
