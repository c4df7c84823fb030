"""Which learning system a download comes from, and what it says once that is known."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import replace

from autograder.catalog import KNOWN
from autograder.handin.download import Arrived, Download, opened_within
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
from autograder.handin.systems.homes import BESIDE, HANDED_IN
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
ANSWER = re.compile(rf"\.(ipynb|zip)$|(^|/)({'|'.join(KNOWN)})\.py$", re.IGNORECASE)
ABOVE_FILES = {"sakai": 1, "teams": 2}  # folders between a student's and that of the files
DEEPEST = 3  # archives in each other
DRIVE = re.compile(r".*-\d{8}T\d{6}Z(-\d+)*\.zip", re.IGNORECASE)  # in parts, by Google Drive
# Names that a student's own files may bear too: `run_1_2_fgsm.ipynb` is like Canvas' names.
MISTAKABLE = ("canvas",)
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
    if system == "nbgrader":
        return nbgrader.read(download, assignment)
    return SYSTEMS[system](download)


def apart(download: Download, stack: contextlib.ExitStack) -> list[Download]:
    """The download, and each archive in it that is itself the download of a class.

    Those stay open as long as `stack`.
    """
    rest, classes = [], []
    alone = sum(BESIDE.fullmatch(file.base) is None for file in download.files) == 1
    for file in download.files:
        with contextlib.ExitStack() as own:
            if found := class_within(file, own, alone=alone):
                stack.push(own.pop_all())
                classes.append(found)
            else:
                rest.append(file)
    return [replace(download, files=tuple(rest))] * bool(rest) + classes


def class_within(
    file: Arrived, stack: contextlib.ExitStack, *, alone: bool, depth: int = 1
) -> Download | None:
    """The class in an archive, or in one that lies alone in it; None where it is a student's."""
    found = opened_within(file, stack)
    if found is None or is_of_a_class(found, file.base, alone=alone):
        return found
    if alone and len(found.files) == 1 and depth < DEEPEST:
        return class_within(found.files[0], stack, alone=True, depth=depth + 1)
    return None


def is_of_a_class(found: Download, name: str, *, alone: bool) -> bool:
    """Whether an archive in a download holds a class, and not one student's files."""
    drive = DRIVE.fullmatch(name) is not None
    system = best_system(found, OF_A_CLASS + ("google",) * drive)
    if system not in (*MISTAKABLE, "plain"):
        return True
    if system in MISTAKABLE:
        handed_in = [file for file in found.files if HANDED_IN.fullmatch(file.base)]
        owners = {piece.file: piece.who.key for piece in SYSTEMS[system](found).pieces}
        people = {owners.get(file, "") for file in handed_in}
        if "" not in people and len(people) > (not alone):
            return True
    paths = [file.parts[:-1] for file in found.files if ANSWER.search(file.path)]
    while paths and all(paths) and len({path[0] for path in paths}) == 1:
        paths = [path[1:] for path in paths]  # below a folder of the whole class
    return alone and len({path[0] for path in paths if path}) > 1


def empty_folders(system: str, download: Download, reading: Reading) -> list[str]:
    """The empty folders that lie where each student has one: they may be somebody's."""
    depth = 1 + ABOVE_FILES.get(system, 0)
    homes = {piece.file.path.removesuffix(f"/{piece.name}") for piece in reading.pieces}
    beside = {"/".join(home.split("/")[:-depth]) for home in homes}
    return sorted(f"{each}/" for each in download.empty if each.rpartition("/")[0] in beside)
