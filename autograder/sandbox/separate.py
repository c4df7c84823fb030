"""The rights that each level takes from a worker, and whether `medium` has its own namespaces here.

Without bubblewrap the grader makes namespaces itself where the kernel lets it: as root with the
right to mount, or as an ordinary user in a user namespace. Then a worker sees only the system's
folders and the files it reads, wherever the interpreter is, and has none of root's rights. Where
the kernel does not let it, Landlock alone closes the files, and the interpreter has to be open to
the worker's user.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from autograder import installed
from autograder.sandbox import bubblewrap, users
from autograder.worker.confine import Confinement

# In memory, each box's own; on the disk nothing has to be made for it.
SCRATCH = "/tmp/scratch"
WRITABLE = ("/dev/shm", "/tmp", SCRATCH)
REHEARSAL_SECONDS = 60


def confinement(level: str) -> tuple[Confinement, Path | None]:
    """The rights that a worker at this level gives up, and its scratch folder if on the disk.

    Raises OSError where no user is free for it.
    """
    user = users.worker_user() if level != "none" else None
    if level == "strong":
        return with_namespaces(level, user, bubblewrap.SCRATCH, bubblewrap.WRITABLE), None
    if level == "medium" and not trouble():
        return with_namespaces(level, user, SCRATCH, WRITABLE), None
    scratch = Path(tempfile.mkdtemp(prefix="autograder-"))
    if user is not None:
        os.chown(scratch, user, user)
    return Confinement(level, str(scratch), user, readable(), hidden()), scratch


def with_namespaces(
    level: str, user: int | None, scratch: str, writable: tuple[str, ...]
) -> Confinement:
    """A worker whose folders are all in memory."""
    return Confinement(level, scratch, user, readable(), hidden(), list(writable), namespaces=True)


def readable() -> list[str]:
    """The paths that a worker may read, as words."""
    return [str(path) for path in bubblewrap.readable()]


def hidden() -> list[str]:
    """The paths of our own packages among them, which it may not read."""
    return [str(path) for path in bubblewrap.hidden()]


@cache
def trouble() -> str:
    """The reason why a worker at `medium` has no namespaces of its own here; empty when it has."""
    if why := users.trouble():
        return why
    wanted = with_namespaces("medium", users.worker_user(), SCRATCH, WRITABLE)
    try:
        tried = subprocess.run(
            [sys.executable, "-s", "-m", "autograder.worker.entry", wanted.as_argument()],
            cwd="/",
            env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1", **installed.python_path()},
            capture_output=True,
            text=True,
            check=False,
            timeout=REHEARSAL_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = tried.stderr.strip().rpartition("\n")[2].rpartition("CannotConfine: ")[2]
    return said or "it failed" if tried.returncode else ""
