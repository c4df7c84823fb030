"""The isolation levels, which of them this machine offers, and why not the others."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.sandbox import bubblewrap, separate, users
from autograder.worker import confine

LEVELS = ("strong", "medium", "none")


def trouble(level: str) -> str:
    """The reason why this machine cannot offer `level`; empty when it can."""
    if level == "strong":
        return bubblewrap.trouble() or confine.trouble(files=False)
    if level == "medium":
        return confine.trouble(files=True) or users.trouble() or closed_to_others()
    return ""


def can_start() -> bool:
    """Whether this system can start a worker at all: Windows cannot pass one its socket."""
    return os.name == "posix"


def closed_to_others() -> str:
    """The reason why root's worker, as its own user, cannot read the interpreter; empty if it can.

    With mounts of its own it can read it anywhere.
    """
    if os.geteuid() != 0 or not (closed := closed_folder()) or not (why := separate.trouble()):
        return ""
    return (
        f"{closed} is closed to other users, the worker must not be root, and nothing can be "
        f"mounted for it here ({why})"
    )


def closed_folder() -> Path | None:
    """A folder that a worker must enter to read its files, and that is closed to other users."""
    for path in bubblewrap.readable():
        for folder in (*reversed(path.parents), path):
            if folder.is_dir() and not folder.stat().st_mode & 0o001:
                return folder
    return None


def strongest_level() -> str:
    """The strongest level that this machine offers."""
    return next(level for level in LEVELS if not trouble(level))
