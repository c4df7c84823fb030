"""Which learning system a download comes from, and what it says once that is known."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import replace

from autograder.handin.download import Download, opened_within
from autograder.handin.systems import (
    blackboard,
    brightspace,
    canvas,
    github,
    google,
    gradescope,
    moodle,
    nbgrader,
    plain,
    sakai,
    teams,
)
from autograder.handin.systems.reading import Reading

# In the order in which they are tried: the least mistakable names first.
SYSTEMS: dict[str, Callable[[Download], Reading]] = {
    "blackboard": blackboard.read,
    "brightspace": brightspace.read,
    "gradescope": gradescope.read,
    "nbgrader": nbgrader.read,
    "sakai": sakai.read,
    "teams": teams.read,
    "github": github.read,
    "google": google.read,
    "moodle": moodle.read,
    "canvas": canvas.read,
}
NAMES = (
    *(name for name in SYSTEMS if name not in ("moodle", "canvas")),
    "moodle",
    "canvas",
    "plain",
)
# Nobody hands in an archive that looks like a download of these.
ANSWER = re.compile(r"\.(ipynb|zip)$", re.IGNORECASE)
OF_A_CLASS = ("blackboard", "brightspace", "gradescope", "nbgrader", "sakai", "moodle", "canvas")


def best_system(download: Download, among: tuple[str, ...] = tuple(SYSTEMS)) -> str:
    """The system whose names account for most of the files, and for half at least; else plain."""
    readings = {name: SYSTEMS[name](download) for name in among}
    fits = {name: reading.explained for name, reading in readings.items() if reading.pieces}
    best = max(fits, key=lambda name: fits[name], default="plain")
    return best if 2 * fits.get(best, 0) >= len(download.files) else "plain"


def read_as(system: str, download: Download, assignment: str) -> Reading:
    """What a system's names say of a download."""
    if system == "plain":
        return plain.read(download, assignment)
    return SYSTEMS[system](download)


def apart(download: Download, stack: contextlib.ExitStack) -> list[Download]:
    """The download, and each archive in it that is itself the download of a class.

    Those stay open as long as `stack`.
    """
    rest, classes = [], []
    for file in download.files:
        with contextlib.ExitStack() as own:
            found = opened_within(file, own)
            if found and is_of_a_class(found, alone=len(download.files) == 1):
                stack.push(own.pop_all())
                classes.append(found)
            else:
                rest.append(file)
    return [replace(download, files=tuple(rest))] * bool(rest) + classes


def is_of_a_class(found: Download, *, alone: bool) -> bool:
    """Whether an archive in a download holds a class, and not one student's files."""
    if best_system(found, OF_A_CLASS) != "plain":
        return True
    folders = {file.parts[0] for file in found.files if file.parts[1:] and ANSWER.search(file.path)}
    return alone and len(folders) > 1
