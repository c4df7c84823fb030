"""`autograder watch`: grade what appears in a folder, as it appears, and survive being killed.

What arrives is first copied to `DIR/accepted`, so that a file which changes while it is judged does
no harm; then the class is graded again with `--resume`, which judges what is new. A line in
`DIR/attempts.csv` stands for each attempt, written before the copy: after a crash nothing is lost,
and no attempt is counted twice. Archives of the class are sorted into folders first (downloads.py).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from autograder import catalog
from autograder.errors import Malformed
from autograder.grading.command import add_grade, grade_command
from autograder.grading.jobs import handed_in, is_hidden
from autograder.handin import submission
from autograder.term.downloads import Downloads
from course.errors import CourseError

SETTLED = 2.0  # seconds since a file was changed last: before, it may still be on its way
LOG = "attempts.csv"
COLLECTED = "collected"  # what was in archives of the class
REFUSED = ""  # in place of a suffix: the reason why there is no file
HEAD = ("student", "day", "sha256")


@dataclass
class Attempts:
    """The attempts so far, by student: the day and the file of each."""

    path: Path
    of: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Attempts:
        """The attempts in a log; a last line that a crash cut off is left out."""
        found = cls(path)
        if path.is_file():
            with path.open(encoding="utf-8", newline="", errors="replace") as file:
                for row in list(csv.reader(file))[1:]:
                    if len(row) == len(HEAD) and len(row[2]) == 64:
                        found.of.setdefault(row[0], []).append((row[1], row[2]))
        return found

    def add(self, student: str, day: str, digest: str) -> None:
        """Note an attempt, on the disk before anything else is done."""
        new = not self.path.exists()
        with self.path.open("a", encoding="utf-8", newline="", errors="backslashreplace") as file:
            writer = csv.writer(file, lineterminator="\n")
            if new:
                writer.writerow(HEAD)
            else:
                end_of_line(self.path, file.write)
            writer.writerow([student, day, digest])
            file.flush()
            os.fsync(file.fileno())
        self.of.setdefault(student, []).append((day, digest))

    def may(self, student: str, day: str, digest: str, most: int | None) -> bool:
        """Whether this file may be judged today: it is counted already, or attempts are left."""
        theirs = self.of.get(student, [])
        if theirs and theirs[-1][1] == digest:
            return True
        return most is None or sum(each == day for each, _ in theirs) < most


def end_of_line(path: Path, write: Callable[[str], object]) -> None:
    """Begin a new line where a crash cut the last one off."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                write("\n")


def watch_command(args: argparse.Namespace) -> int:
    """Watch until Ctrl-C; with --once, look once. Exit as `autograder grade` does."""
    catalog.graded(args.assignment)
    if args.attempts is not None and args.attempts < 1:
        raise CourseError(f"--attempts must be at least 1, got {args.attempts}")
    if not args.submissions.exists():
        raise CourseError(
            f"{args.submissions} does not exist: name the folder that hand-ins appear in, or an "
            "archive of the class"
        )
    downloads = Downloads.of(args, args.out / COLLECTED)
    status, refused = 0, set[tuple[str, str]]()
    first = True  # an earlier watch may have been killed before it graded
    while True:
        if args.pull:
            pull(args.submissions)
        downloads.collect(SETTLED)
        new = accept(args, refused)
        if new or (first and any(accepted_folder(args).glob("*"))):
            status = grade_command(grading_arguments(args))
        first = False
        if args.once:
            return status
        time.sleep(args.every)


def accepted_folder(args: argparse.Namespace) -> Path:
    """Where the files lie that are judged."""
    out: Path = args.out
    return out / "accepted"


def grading_arguments(args: argparse.Namespace) -> argparse.Namespace:
    """The arguments of `autograder grade` for what was accepted, with its own defaults."""
    parser = argparse.ArgumentParser("autograder")
    add_grade(parser.add_subparsers())
    line = [
        "grade",
        args.assignment,
        str(accepted_folder(args)),
        "--resume",
        "--out",
        str(args.out),
    ]
    for name in ("data", "jobs", "secret", "sandbox", "log"):
        if (value := getattr(args, name)) is not None:
            line += [f"--{name}", str(value)]
    line += ["--verbose"] * args.verbose + ["--trust-submissions"] * args.trust_submissions
    return parser.parse_args(line)


def pull(folder: Path) -> None:
    """Bring a git repository up to date; a failure is one line, and the next round tries again."""
    done = subprocess.run(
        ["git", "-C", str(folder), "pull", "--quiet", "--ff-only"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[:300]
        print(f"autograder: git pull in {folder} failed: {said}", file=sys.stderr)


def accept(args: argparse.Namespace, refused: set[tuple[str, str]]) -> int:
    """Copy what is new; returns how many students have something to judge.

    refused: the files for which it was said already that today's attempts are used up.
    """
    log = Attempts.read(args.out / LOG)
    day = datetime.now(timezone.utc).date().isoformat()
    new = 0
    found = itertools.chain(
        arrived(args.submissions, args.assignment, SETTLED),
        arrived(args.out / COLLECTED, args.assignment, 0.0),  # the archive lies still
    )
    for student, content, suffix in found:
        digest = hashlib.sha256(content).hexdigest()
        home = accepted_folder(args) / student / args.assignment
        target = home / (submission.REFUSED if suffix == REFUSED else args.assignment + suffix)
        if target.is_file() and submission.bytes_of(target) == content:
            continue
        if not log.may(student, day, digest, args.attempts):
            if (student, digest) not in refused:
                refused.add((student, digest))
                print(f"{student}: {args.attempts} attempts today are used up; judged tomorrow")
            continue
        args.out.mkdir(parents=True, exist_ok=True)
        if not log.of.get(student) or log.of[student][-1][1] != digest:
            log.add(student, day, digest)
        replace_by(home, target, content)
        new += 1
    return new


def replace_by(home: Path, target: Path, content: bytes) -> None:
    """Put a file in place, whole, and take away an earlier one of another kind."""
    home.mkdir(parents=True, exist_ok=True)
    draft = home / ".draft"
    draft.write_bytes(content)
    os.replace(draft, target)
    for other in home.iterdir():
        if other != target:
            other.unlink()


def arrived(folder: Path, assignment: str, settled: float) -> Iterator[tuple[str, bytes, str]]:
    """Each student's file that was not changed for `settled` seconds: its bytes and its suffix.

    Without a file, the reason.
    """
    if not folder.is_dir():
        return
    for home in sorted(folder.iterdir()):
        if not home.is_dir() or is_hidden(home) or not handed_in(home, assignment):
            continue
        try:
            path = submission.find(home, assignment)
            if time.time() - path.stat().st_mtime < settled:
                continue
            content = submission.bytes_of(path)
            suffix = path.suffix.lower()
        except Malformed as fault:
            yield home.name, f"{fault.got}. {fault.hint}".encode(errors="backslashreplace"), REFUSED
            continue
        except OSError:  # gone again
            continue
        yield home.name, content, suffix if suffix in (".py", ".zip") else ".ipynb"
