"""The isolation levels, which of them this machine offers, and why not the others."""

from __future__ import annotations

import os

from autograder.sandbox import bubblewrap, users
from autograder.worker import confine

LEVELS = ("strong", "medium", "none")


def trouble(level: str) -> str:
    """Why `level` cannot be had on this machine; empty when it can."""
    if level == "strong":
        return bubblewrap.trouble() or confine.trouble(files=False)
    if level == "medium":
        return (
            confine.trouble(files=True) or users.trouble() or closed_to_others() or among_readable()
        )
    return ""


def can_start() -> bool:
    """Whether this system can start a worker at all: Windows cannot hand one its socket."""
    return os.name == "posix"


def closed_to_others() -> str:
    """Why root's worker could not read the interpreter as a user of its own; empty when it can."""
    if os.geteuid() != 0:
        return ""
    for path in bubblewrap.readable():
        for folder in (path, *path.parents):
            if folder.is_dir() and not folder.stat().st_mode & 0o001:
                return f"{folder} is closed to other users, and the worker must not be root"
    return ""


def among_readable() -> str:
    """Why Landlock, which only adds paths, cannot hide one of our packages; empty when it can."""
    found = bubblewrap.hidden()
    return f"{found[0]} lies among the packages that a worker reads" if found else ""


def strongest_level() -> str:
    """The strongest level that this machine offers."""
    return next(level for level in LEVELS if not trouble(level))
