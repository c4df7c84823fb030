"""Gradescope's own autograder: the archive from which it builds a container that grades with us.

`setup.sh` and `run_autograder` lie at its root, as Gradescope asks for, beside a wheel of the
course as it is installed here, so that the container grades with the very code of this machine.
The instructor's secret is in it: the archive is as secret as that.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import solutions
from autograder import installed
from autograder.authoring.wheel import PROJECT, about, sources, wheel, zipped
from autograder.exports.gradescope_live import Order
from autograder.installed import TEMPLATES
from autograder.secret import read_secret
from course.data import PROFILES
from course.errors import CourseError

NEEDED = ("pytest", "jinja2", "torchvision")  # of the extras: what judging itself imports


def archive_of(
    assignment: str,
    profile: str,
    visibility: str,
    *,
    trust_submissions: bool,
    secret: Path | None,
) -> bytes:
    """The archive that grades `assignment` on a profile, with the secret in this file.

    Raises CourseError for a profile that Gradescope's container cannot have.
    """
    if profile not in PROFILES:  # a folder of images is not in Gradescope's container
        raise CourseError(f"--data is one of {', '.join(PROFILES)}, not {profile!r}")
    return archive(Order(assignment, profile, visibility, trust_submissions), read_secret(secret))


def archive(order: Order, secret: bytes) -> bytes:
    """The archive to upload to Gradescope under Configure Autograder."""
    name, content = whole_course()
    return zipped(
        {
            "setup.sh": (TEMPLATES / "gradescope-setup.sh").read_bytes(),
            "run_autograder": (TEMPLATES / "gradescope-run.sh").read_bytes(),
            "grading.json": json.dumps(asdict(order), indent=2).encode() + b"\n",
            "requirements.txt": "\n".join([*requirements(), ""]).encode(),
            "constraints.txt": installed.CONSTRAINTS.read_bytes(),
            "secret": secret + b"\n",
            name: content,
        }
    )


def requirements() -> Iterator[str]:
    """What must be installed beside the wheel to judge, with the project's own bounds.

    The archive's constraints.txt makes them exact.
    """
    for line in metadata.requires(PROJECT) or ():
        needed, _, condition = line.partition(";")
        extra = any(name in condition for name in ("student", "datasets"))
        if not condition or (extra and needed.startswith(NEEDED)):
            yield needed.strip()


def whole_course() -> tuple[str, bytes]:
    """The installed course as a wheel: its name, and its content."""
    folders = [installed.PACKAGE, installed.COURSE, Path(solutions.__file__).parent]
    return wheel(dict(sources(folders)), about())
