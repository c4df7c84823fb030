"""`autograder init`: a folder in which a term is run, made in one go.

What an instructor changed is never overwritten; what an earlier `init` wrote is brought up to date.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from autograder import installed
from autograder.authoring.profile import notebook_on
from autograder.installed import ASSIGNMENTS, NOTEBOOKS, TEMPLATES
from autograder.secret import default_secret, read_secret
from autograder.term.written import RECORD, Record
from course.budget import profile_name
from course.errors import CourseError

TEMPLATE = TEMPLATES / "term.md"
FOLDERS = ("source", "release", "submitted", "grades")
HINTS = {
    "yours": "  (differs from the course's: move it away and run init again to have that one)",
    "updated": "  (release it again: nbgrader generate_assignment --force)",
}


def init_command(args: argparse.Namespace) -> int:
    """Write the missing files, and print for each file whether it is new. Exit 0."""
    if args.folder.exists() and not args.folder.is_dir():
        raise CourseError(f"{args.folder} is a file: name a folder for the term")
    secret = (args.secret or default_secret()).expanduser().absolute()
    if secret.is_relative_to(args.folder.resolve() / "submitted"):
        raise CourseError(f"{secret} would lie among what students hand in: choose another place")
    files = dict(term_files(secret, args.secret is not None, args.data))
    known = secret.exists()
    read_secret(secret)
    if known:
        print(f"{'kept':8} {secret}")
    for name in FOLDERS:
        (args.folder / name).mkdir(parents=True, exist_ok=True)
    record = Record.read(args.folder / RECORD)
    for name, text in files.items():
        done = record.put(args.folder, name, text)
        print(f"{done:8} {args.folder / name}{HINTS.get(done, '')}")
    record.write(args.folder / RECORD)
    print(f"next: read {args.folder / 'README.md'}")
    return 0


def term_files(secret: Path, named: bool, profile: str) -> Iterator[tuple[str, str]]:
    """Every file of a term's folder, by its path in it. Raises CourseError.

    named: whether the instructor chose the secret's file; every command then names it.
    """
    profile_name(profile)  # an unknown name is reported before anything is written
    assignments = installed.assignments()
    yield "nbgrader_config.py", settings(secret if named else None, profile)
    yield "source/header.ipynb", (NOTEBOOKS / "header.ipynb").read_text(encoding="utf-8")
    for name in assignments:
        yield (
            f"source/{name}/{name}.ipynb",
            notebook_on(profile, installed.notebook(name).read_text(encoding="utf-8")),
        )
    option = f" --secret {secret}" if named else ""
    yield (
        "README.md",
        TEMPLATE.read_text(encoding="utf-8").format(
            secret=secret,
            secret_option=option,
            options=option + ("" if profile == "digits" else f" --data {profile}"),
            first=assignments[0],
            assignments=", ".join(f"`{name}`" for name in assignments),
        ),
    )


def settings(secret: Path | None, profile: str) -> str:
    """The course's nbgrader_config.py with this term's profile, and its secret where one is named.

    Raises CourseError where the lines to change are not in it.
    """
    text = (ASSIGNMENTS / "nbgrader_config.py").read_text(encoding="utf-8")
    changes = {'c.TrustedJudge.profile = "digits"': f"c.TrustedJudge.profile = {profile!r}"}
    if secret is not None:
        changes['# c.TrustedJudge.secret = "/path/to/a/file"'] = (
            f"c.TrustedJudge.secret = {str(secret)!r}"
        )
    for before, after in changes.items():
        if text.count(before) != 1:
            raise CourseError(f"assignments/nbgrader_config.py has no single line {before!r}")
        text = text.replace(before, after)
    return text
