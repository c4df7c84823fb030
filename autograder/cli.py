"""The command `autograder`: build, check, grade, export, verify, replay, calibrate, doctor.

What needs PyTorch is imported when a command runs, so that help and mistakes are answered at once.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import secrets
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import appeals, bundle, collect, leaderboard, similarity, term
from autograder.exports.command import add_export_parser
from course.cli import run_command
from course.errors import CourseError

if TYPE_CHECKING:
    from autograder.cluster import Cluster
    from autograder.results import Result

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def main(argv: Sequence[str] | None = None) -> int:
    """Run `autograder` with the given arguments; returns the exit status."""
    return run_command(command_parser(), argv)


def command_parser() -> argparse.ArgumentParser:
    """The parser of `autograder`, also for the site's page on its commands."""
    parser = argparse.ArgumentParser("autograder", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_build(commands)
    add_check(commands)
    add_grade(commands)
    add_export_parser(commands)
    add_calibrate(commands)
    add_doctor(commands)
    appeals.add_parsers(commands)
    collect.add_collect_parser(commands)
    similarity.add_similar_parser(commands)
    bundle.add_bundle_parser(commands)
    leaderboard.add_leaderboard_parser(commands)
    term.add_init_parser(commands)
    if importlib.util.find_spec("solutions") is None:
        for name, command in commands.choices.items():
            if name != "check":
                command.set_defaults(run=refuse_without_answers)
    return parser


def refuse_without_answers(_args: argparse.Namespace) -> int:
    """Raise CourseError: a student's install checks, and does nothing else."""
    raise CourseError(
        "this is a student's copy of the course: it can `autograder check`. To do more, install "
        "the whole from its repository: pip install -e '.[instructor]'"
    )


# --- build ---------------------------------------------------------------------------------------


def add_build(commands: Subparsers) -> None:
    """`autograder build [--check]`, where the instructor's packages are installed."""
    from autograder.build import add_build_parser  # noqa: PLC0415  beside its own code

    add_build_parser(commands)


# --- check ---------------------------------------------------------------------------------------


def add_check(commands: Subparsers) -> None:
    """`autograder check ASSIGNMENT [FILE]`."""
    parser = commands.add_parser("check", help="check your own work, on public inputs")
    parser.add_argument("assignment", help="such as a3-fgsm")
    parser.add_argument("file", nargs="?", type=Path, help="your notebook (default: the one here)")
    parser.add_argument(
        "--data", default="digits", metavar="PROFILE", help="its images (default: digits)"
    )
    parser.set_defaults(run=check_command)


def check_command(args: argparse.Namespace) -> int:
    """Run the public checks on a file. Exit 0 when all pass, 1 when not."""
    from autograder import catalog, submission, table  # noqa: PLC0415
    from autograder.errors import Malformed  # noqa: PLC0415
    from autograder.self_check import check_file  # noqa: PLC0415

    catalog.assignment(args.assignment)
    try:
        path = args.file or submission.find(Path.cwd(), args.assignment)
    except Malformed as fault:
        raise CourseError(
            f"{fault.got}. Name your file: autograder check ASSIGNMENT FILE"
        ) from None
    if not path.is_file():
        raise CourseError(f"{path} is no file: name your notebook or .py file")
    try:
        result = check_file(args.assignment, path, args.data)
    except Malformed as fault:
        raise CourseError(f"{fault.got}. {fault.hint}") from None
    print(table.as_text(result, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ))
    return 0 if result.status == "OK" else 1


# --- grade ---------------------------------------------------------------------------------------


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
    from autograder import batch, catalog  # noqa: PLC0415
    from autograder.slot import Task  # noqa: PLC0415
    from course import data  # noqa: PLC0415

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
    from autograder import sandbox  # noqa: PLC0415

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
        from autograder.cluster import connected  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name not in ("dask", "distributed"):
            raise
        raise CourseError(
            "--scheduler needs dask: pip install 'adversarial-course[cluster]'"
        ) from None
    return connected(address)


def existing_secret(path: Path | None) -> bytes:
    """The secret of an earlier grading. Raises CourseError when there is none."""
    path = path or default_secret()
    if not path.is_file():
        raise CourseError(f"{path} does not exist: name the secret of that grading with --secret")
    return read_secret(path)


def report(results: Sequence[Result], out: Path) -> int:
    """Say what was written and which submissions need a hand; returns the exit status."""
    unread = [result for result in results if result.status == "FORMAT"]
    failed = [result for result in results if result.status == "INFRA"]
    for result in (*unread, *failed):
        print(f"autograder: {result.student}: {' '.join(result.notes)}", file=sys.stderr)
    scored = len(results) - len(unread) - len(failed)
    print(f"{scored} of {len(results)} submissions graded: {out / 'grades.csv'}")
    return 1 if failed else 2 if unread else 0


def default_secret() -> Path:
    """Where an instructor's secret lies when none is named."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "adversarial-course" / "secret"


def read_secret(path: Path) -> bytes:
    """The secret in a file; a new one is written where there is none. Raises CourseError."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        print(f"a new secret for hidden inputs: {path} (keep it; the same one regrades the same)")
    secret = path.read_bytes().strip()
    if len(secret) < 16:
        raise CourseError(f"{path} is too short for a secret: delete it, and a new one is made")
    return secret


# --- calibrate -----------------------------------------------------------------------------------


def add_calibrate(commands: Subparsers) -> None:
    """`autograder calibrate ASSIGNMENT`."""
    parser = commands.add_parser("calibrate", help="bars from many seeds of the reference")
    parser.add_argument("assignment", help="such as a3-fgsm")
    parser.add_argument(
        "--data", default="digits", metavar="PROFILE", help="its images (default: digits)"
    )
    parser.add_argument(
        "--seeds", type=int, default=20, metavar="N", help="trainings (default: 20)"
    )
    parser.set_defaults(run=calibrate_command)


def calibrate_command(args: argparse.Namespace) -> int:
    """Train the reference over many seeds and write the bars."""
    from autograder.calibrate import calibrate  # noqa: PLC0415

    print(calibrate(args.assignment, args.data, args.seeds))
    return 0


# --- doctor --------------------------------------------------------------------------------------


def add_doctor(commands: Subparsers) -> None:
    """`autograder doctor [--json]`."""
    parser = commands.add_parser("doctor", help="what this machine offers for grading")
    parser.add_argument("--json", action="store_true", help="for a program to read")
    parser.set_defaults(run=doctor_command)


def doctor_command(args: argparse.Namespace) -> int:
    """Print every probe. Exit 0 when work can be graded in isolation, 1 when not."""
    from autograder import doctor, sandbox  # noqa: PLC0415

    found = doctor.probes()
    print(doctor.as_json(found) if args.json else doctor.as_text(found))
    return 0 if sandbox.strongest_level() != "none" else 1
