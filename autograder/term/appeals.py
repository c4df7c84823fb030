"""`autograder verify` and `autograder replay`: is a grade genuine, and does it come out again?"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.report.results import read_result
from course.errors import CourseError

if TYPE_CHECKING:
    from autograder.report.results import Result
    from course.cli import Subparsers


def add_parsers(commands: Subparsers) -> None:
    """`autograder verify DIR` and `autograder replay RESULT SUBMISSIONS`."""
    parser = commands.add_parser("verify", help="are these results what the grader wrote?")
    parser.add_argument("folder", type=Path, help="what `autograder grade --out` wrote")
    parser.add_argument("--secret", type=Path, help="the secret that they were graded with")
    parser.set_defaults(run=verify_command)
    parser = commands.add_parser("replay", help="compute one grade again, for an appeal")
    parser.add_argument("result", type=Path, help="results/<student>.json")
    parser.add_argument("submissions", type=Path, help="the folder that was graded, or the file")
    parser.add_argument("--secret", type=Path, help="the secret that it was graded with")
    parser.set_defaults(run=replay_command)


def verify_command(args: argparse.Namespace) -> int:
    """Check every signature, and the table against the results. Exit 0 if all hold, 1 if not."""
    from autograder.judge.provenance import is_genuine
    from autograder.secret import existing_secret

    secret = existing_secret(args.secret)
    paths = sorted((args.folder / "results").glob("*.json"))
    if not paths:
        raise CourseError(f"{args.folder} holds no results: name the --out folder of a grading")
    results = {path: read_result(path) for path in paths}
    trouble = [f"{path}: its signature does not hold" for path, result in results.items()
               if not is_genuine(result, secret)]  # fmt: skip
    trouble += table_trouble(args.folder / "grades.csv", list(results.values()))
    for line in trouble:
        print(line)
    print(f"{len(results)} results, {len(trouble) or 'no'} in doubt")
    return 1 if trouble else 0


def table_trouble(path: Path, results: list[Result]) -> list[str]:
    """Where grades.csv says something else than the results."""
    from autograder.report.results import guarded, number

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
    import torch

    from autograder.handin import submission
    from autograder.judge.judge import Judge
    from autograder.judge.setting import Setting, secret_id
    from autograder.secret import existing_secret

    torch.set_num_threads(1)  # as it was graded: more would add up in another order
    before = read_result(args.result)
    secret = existing_secret(args.secret)
    if secret_id(secret) != before.provenance.get("secret_id"):
        raise CourseError(f"{args.result} was graded with another secret: name it with --secret")
    path = args.submissions
    if path.is_dir():
        student = path / before.student
        path = submission.find(student if student.is_dir() else path, before.assignment)
    judge = Judge(Setting(before.assignment, before.profile, secret), before.sandbox)
    after = judge.judge(before.student, path)
    differences = compared(before, after)
    for line in differences or ["the same grade, check by check and number by number"]:
        print(line)
    return 1 if differences else 0


def compared(before: Result, after: Result) -> list[str]:
    """What two results of one submission differ in; times aside."""
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
    """What was measured, but for times: no two runs take the same."""
    return {name: value for name, value in measures.items() if not name.endswith("_seconds")}
