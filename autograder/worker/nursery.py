"""The parent of preloaded workers: it imports once what every worker needs, and forks one for each
submission that asks. A worker then starts in hundredths of a second instead of seconds.

At level `strong` it runs inside the box (see `preloaded.py`). It never gets a student's code, an
input or a secret, only start requests. So its memory, which workers share until they write to it,
gives nothing away. It computes nothing with tensors, because a PyTorch thread pool would not
survive the fork.

A worker has two processes above it. The *monitor* makes the new namespaces and reports the first
process in them, and how it ended, to the judge. That *first* one mounts, gives up all rights, forks
the worker and waits (see `entry.py`), for a process namespace lives as long as its first process
does.
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
from collections.abc import Callable
from functools import partial
from typing import Any

from autograder.worker import entry, serving
from autograder.worker.confine import Confinement, end_with_parent
from autograder.worker.limits import Limits, join_group

# Modules that students' cells import or cause to be imported: an optimiser imports torch._dynamo.
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
    gc.freeze()  # the collector will not look at these objects again, so their memory is not copied
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
            entry.ended(partial(monitor, json.loads(text), *descriptors))
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
        if wanted.namespaces:
            entry.separate(wanted)
        first = os.fork()
    except OSError as error:
        judge.send(json.dumps({"error": str(error)}).encode())
        return
    if first == 0:
        judge.close()
        serve = partial(serving.serve, connection)
        entry.ended(
            partial(start_in, group, partial(entry.enter, limits, wanted, connection, serve))
        )
    os.close(connection)
    if not wanted.namespaces:
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


if __name__ == "__main__":
    main(int(sys.argv[1]))
