"""`autograder class`: the page of a class and its CSV files, written again with a roster."""

from __future__ import annotations

import argparse

from autograder.report.class_page.page import rewrite
from autograder.report.roster.people import Roster, listed
from autograder.report.roster.reading import read_roster
from course.errors import CourseError


def class_command(args: argparse.Namespace) -> int:
    """Write the page. Exit 0."""
    roster = read_roster(args.roster) if args.roster else Roster()
    try:
        absent = rewrite(args.folder, roster)
    except OSError as error:
        raise CourseError(f"{args.folder} cannot be written: {error.strerror}") from None
    if absent:
        print(f"in the roster, handed nothing in ({len(absent)}): {listed(absent, 20)}")
    print(f"{args.folder / 'index.html'}")
    return 0
