"""The steps by which a worker's first process enters its box, before a student's code runs in it.

There are two ways. With namespaces of its own (level `strong`, and `medium` where the kernel lets
us make them) the first process mounts what is the box's own and gives up every capability. Without,
it keeps to a process group. In both it limits and confines itself, forks the worker and waits:
orphans become its children, so that their computing time is counted and they end with it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

from autograder.worker import namespaces
from autograder.worker.confine import (
    CannotConfine,
    Confinement,
    adopt_orphans,
    confine,
    end_with_parent,
    own_files_in_proc,
)
from autograder.worker.limits import Limits, apply_limits

Start = Callable[[], None]


def start(limits: Limits, wanted: Confinement, connection: int, serve: Start) -> NoReturn:
    """Move a program that was started on its own into its box, and `serve` there; ends with the
    worker's exit status. connection: the descriptor that only the worker may keep."""
    if wanted.namespaces:
        separate(wanted)
        if (first := os.fork()) != 0:
            os.close(connection)
            os._exit(exit_status(os.waitpid(first, 0)[1]))
    enter(limits, wanted, connection, serve)


def separate(wanted: Confinement) -> None:
    """Make the box's namespaces, of which the next process that is forked is the first."""
    as_user = wanted.level == "medium" and os.geteuid() != 0
    namespaces.separate(as_user=as_user)


def enter(limits: Limits, wanted: Confinement, connection: int, serve: Start) -> NoReturn:
    """The first process of a box: make the walls, start the worker, wait until it ends."""
    if wanted.namespaces:
        size, files = limits.folder_bytes, limits.most_files
        if wanted.level == "strong":
            namespaces.furnish(wanted.writable, wanted.readable, size, files)
        else:
            namespaces.furnish_alone(wanted.writable, wanted.readable, wanted.hidden, size, files)
        os.chdir(wanted.scratch)
        namespaces.give_up_capabilities(wanted.user)
    else:
        with contextlib.suppress(OSError):  # it leads a session already, or was put in a group
            os.setpgid(0, 0)
        os.chdir(wanted.scratch)
        adopt_orphans()
    os.environ.update(HOME=wanted.scratch, TMPDIR=wanted.scratch)
    tempfile.tempdir = None  # the parent's value names the folder of another worker
    apply_limits(limits, own_user=wanted.has_own_user)
    confine(wanted)
    end_with_parent()  # becoming another user undid it
    child = os.fork()
    if child == 0:
        ended(partial(in_child, serve))
    os.close(connection)
    while (ending := os.waitpid(-1, 0))[0] != child:  # the first process has to reap orphans
        pass
    os._exit(exit_status(ending[1]))


def in_child(serve: Start) -> None:
    """The worker itself."""
    end_with_parent()
    own_files_in_proc()
    serve()


def exit_status(status: int) -> int:
    """A child's end as a shell reports it: 128 and the signal that ended it."""
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def ended(action: Start) -> NoReturn:
    """Do `action` in a process that was just forked, and end it: it must never return above."""
    code = 1
    try:
        action()
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except Exception:  # before its hello, a worker reports here why it does not start
        traceback.print_exc()
    finally:
        os._exit(code)


def rehearse() -> None:
    """Try the steps that a worker needs of its box, without PyTorch. Raises CannotConfine."""
    __import__("json.tool")
    if not (Path(sys.prefix).is_dir() and os.listdir(Path(__file__).parent)):
        raise CannotConfine("the interpreter's own files cannot be read")


if __name__ == "__main__":
    CONNECTION = os.open(os.devnull, os.O_RDONLY)
    ended(partial(start, Limits(), Confinement.from_argument(sys.argv[1]), CONNECTION, rehearse))
