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

NEEDED = ("pytest", "jinja2")  # of the student's extra: what judging itself imports


def archive(order: Order, secret: bytes) -> bytes:
    """The archive to upload to Gradescope under Configure Autograder."""
    name, content = whole_course()
    return zipped(
        {
            "setup.sh": (TEMPLATES / "gradescope-setup.sh").read_bytes(),
            "run_autograder": (TEMPLATES / "gradescope-run.sh").read_bytes(),
            "grading.json": json.dumps(asdict(order), indent=2).encode() + b"\n",
            "requirements.txt": "\n".join([*requirements(), ""]).encode(),
            "secret": secret + b"\n",
            name: content,
        }
    )


def requirements() -> Iterator[str]:
    """What must be installed beside the wheel to judge, with the project's own bounds."""
    for line in metadata.requires(PROJECT) or ():
        needed, _, condition = line.partition(";")
        if not condition or ("student" in condition and needed.startswith(NEEDED)):
            yield needed.strip()


def whole_course() -> tuple[str, bytes]:
    """The installed course as a wheel: its name, and its content."""
    folders = [installed.PACKAGE, installed.COURSE, Path(solutions.__file__).parent]
    return wheel(dict(sources(folders)), about())
