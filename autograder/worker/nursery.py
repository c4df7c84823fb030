"""The parent of preloaded workers: it imports once what every worker needs, and forks one for each
submission that asks. A worker then starts in hundredths of a second instead of seconds.

It runs inside the box (see `preloaded.py`) and never touches a student's code, an input or a
secret: what it has seen is the start request alone, so its memory, which workers share until they
write to it, gives nothing away. It computes nothing with tensors: a thread pool of PyTorch's would
not survive the fork.

A worker has two processes above it. The *monitor* makes the new namespaces, tells the judge the
first process in them and how it ended. That *first* one mounts, gives up all rights, forks the
worker and waits, for a process namespace lives as long as its first process does.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from autograder.worker import namespaces, serving
from autograder.worker.confine import Confinement, confine, end_with_parent, own_files_in_proc
from autograder.worker.limits import Limits, apply_limits, join_group

# What students' cells import or set off: the first step of any optimiser imports torch._dynamo.
PRELOADED = (
    "IPython.core.inputtransformer2",
    "course.data",
    "course.metrics",
    "course.plots",
    "course.training",
    "matplotlib.pyplot",
    "scipy.special",
    "torch._dynamo",
    "torch.utils.data",
    "tqdm",
)
MAX_REQUEST = 1 << 20


def main(descriptor: int) -> None:
    """Preload, say so, and fork a worker for each request until the judge closes the socket."""
    requests = socket.socket(fileno=descriptor)
    for name in PRELOADED:
        with contextlib.suppress(ImportError):  # a student's cell that needs it says so itself
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is there will not be looked at again, and so not be copied
    threads = len(os.listdir("/proc/self/task"))
    requests.send(json.dumps({"ready": threads == 1, "threads": threads}).encode())
    signal.signal(signal.SIGCHLD, lambda *_: reap())
    while True:
        text, descriptors, *_ = socket.recv_fds(requests, MAX_REQUEST, 3)
        if not text:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            requests.close()
            ended(partial(monitor, json.loads(text), *descriptors))
        for number in descriptors:
            os.close(number)


def reap() -> None:
    """Collect the exit status of monitors that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def monitor(
    request: dict[str, Any], connection: int, report: int, group: int | None = None
) -> None:
    """Start one worker, report it to the judge, wait, and report how it ended.

    connection, report, group: descriptors of the worker's socket, of one to the judge, and of the
    control group that the worker and all it starts belong to, where it gets one.
    """
    judge = socket.socket(fileno=report)
    limits, wanted = Limits(**request["limits"]), Confinement(**request["confinement"])
    try:
        end_with_parent()
        if wanted.level == "strong":
            namespaces.separate()
        first = os.fork()
    except OSError as error:
        judge.send(json.dumps({"error": str(error)}).encode())
        return
    if first == 0:
        judge.close()
        start = enter if wanted.level == "strong" else enter_group
        ended(partial(start_in, group, partial(start, connection, limits, wanted, request)))
    os.close(connection)
    if wanted.level != "strong":
        with contextlib.suppress(OSError):  # the worker does it too
            os.setpgid(first, first)
    handle = os.pidfd_open(first)
    socket.send_fds(judge, [json.dumps({"started": True}).encode()], [handle])
    status = os.waitstatus_to_exitcode(os.waitpid(first, 0)[1])
    judge.send(json.dumps({"status": status}).encode())


def start_in(group: int | None, start: Callable[[], None]) -> None:
    """Enter the control group, if there is one, before anything else is started."""
    if group is not None:
        join_group(group)
    start()


def enter(connection: int, limits: Limits, wanted: Confinement, request: dict[str, Any]) -> None:
    """The first process of a new box: furnish it, give up all rights, start the worker, wait."""
    namespaces.furnish(request["writable"], wanted.readable, request["bytes"])
    os.chdir(wanted.scratch)
    namespaces.give_up_capabilities(wanted.user)
    bind(limits, wanted)
    child = os.fork()
    if child == 0:
        ended(partial(serve, connection))
    os.close(connection)
    while (ending := os.waitpid(-1, 0))[0] != child:  # orphans are the first process's to reap
        pass
    status = os.waitstatus_to_exitcode(ending[1])
    os._exit(128 - status if status < 0 else status)


def enter_group(
    connection: int, limits: Limits, wanted: Confinement, request: dict[str, Any]
) -> None:
    """Level medium: no namespaces; a process group, a folder on the disk, Landlock and seccomp."""
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    os.chdir(wanted.scratch)
    os.environ.update(HOME=wanted.scratch, TMPDIR=wanted.scratch)
    tempfile.tempdir = None  # what the parent found out is a folder of another worker's
    bind(limits, wanted)
    serve(connection)


def bind(limits: Limits, wanted: Confinement) -> None:
    """Limits and confinement, as a worker that is started cold takes them on itself."""
    apply_limits(limits, own_user=wanted.has_own_user)
    confine(wanted)


def serve(connection: int) -> None:
    """Run the worker in this process."""
    end_with_parent()
    own_files_in_proc()
    serving.serve(connection)


def ended(action: Callable[[], None]) -> NoReturn:
    """Do `action` in a process that was just forked, and end it: it must never return above."""
    code = 1
    try:
        action()
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except Exception:  # a worker that has not said hello reports so why it does not start
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(int(sys.argv[1]))
