"""`autograder verify` and `autograder replay`: is a grade genuine, and does it come out again?"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from autograder.files import file_name
from autograder.report.results import Result, guarded, number, read_result, read_results
from autograder.secret import existing_secret, secret_id
from course.cli import Later
from course.errors import CourseError

# Imported when called: both need PyTorch, and a mistake in the arguments is reported before.
is_genuine = Later("autograder.judge.provenance:is_genuine")
judge_again = Later("autograder.term.replay:judge_again")


def verify_command(args: argparse.Namespace) -> int:
    """Check every signature, and the table against the results. Exit 0 if all hold, 1 if not."""
    secret = existing_secret(args.secret)
    results = read_results(args.folder)
    trouble = [
        f"{args.folder / 'results' / file_name(result.student)}.json: {why_not(result, secret)}"
        for result in results
        if not is_genuine(result, secret)
    ]
    trouble += table_trouble(args.folder / "grades.csv", results)
    for line in trouble:
        print(line)
    print(f"{counted(len(results), 'result')}, {counted(len(trouble), 'problem')} found")
    return 1 if trouble else 0


def why_not(result: Result, secret: bytes) -> str:
    """Why a signature does not hold: the result says which secret it was made with."""
    named = result.provenance.get("secret_id")
    if named is not None and named != secret_id(secret):
        return "graded with another secret (name it with --secret), or changed"
    return "its signature does not hold"


def counted(number: int, noun: str) -> str:
    """A number with its noun: "no results", "1 result", "2 results"."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def table_trouble(path: Path, results: list[Result]) -> list[str]:
    """Where grades.csv says something else than the results."""
    if not path.is_file():
        return [f"{path}: missing"]
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row.get("score") for row in csv.DictReader(file)}
    scores = {
        guarded(result.student): "" if result.score is None else number(result.score)
        for result in results
    }
    names = sorted(rows.keys() | scores.keys())
    return [f"{path}: another score for {n}" for n in names if rows.get(n) != scores.get(n)]


def replay_command(args: argparse.Namespace) -> int:
    """Grade one submission again and compare. Exit 0 when the grade is the same, 1 when not."""
    before = read_result(args.result)
    secret = existing_secret(args.secret)
    if secret_id(secret) != before.provenance.get("secret_id"):
        raise CourseError(f"{args.result} was graded with another secret: name it with --secret")
    if not args.submissions.exists():
        raise CourseError(
            f"{args.submissions} does not exist: name the folder that was graded, or the file"
        )
    folder = args.submissions / before.student
    after = judge_again(before, folder if folder.is_dir() else args.submissions, secret)
    differences = compared(before, after)
    for line in differences or ["the same grade, check by check and number by number"]:
        print(line)
    return 1 if differences else 0


def compared(before: Result, after: Result) -> list[str]:
    """The differences between two results of one submission, times aside."""
    lines = [
        f"{name}: {before.provenance.get(name)} before, {after.provenance.get(name)} now"
        for name in after.provenance
        if before.provenance.get(name) != after.provenance.get(name)
    ]
    if (before.status, before.score) != (after.status, after.score):
        lines.append(f"{before.status} {before.score} before, {after.status} {after.score} now")
    for old, new in zip(before.checks, after.checks, strict=False):
        was = (old.name, old.status, old.points, old.expected, old.got, timeless(old.measures))
        now = (new.name, new.status, new.points, new.expected, new.got, timeless(new.measures))
        if was != now:
            lines.append(f"{old.name}: {old.status} {old.points} before, {new.status} {new.points}")
    return lines


def timeless(measures: dict[str, float]) -> dict[str, float]:
    """The measures without times, which differ between any two runs."""
    return {name: value for name, value in measures.items() if not name.endswith("_seconds")}
