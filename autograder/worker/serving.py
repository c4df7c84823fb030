"""The worker as a process: it answers the judge's calls until the connection is closed."""

from __future__ import annotations

import io
import os
import socket
import sys
import types
from functools import partial
from typing import Any

import torch

from autograder.worker import entry
from autograder.worker.confine import Confinement, confine
from autograder.worker.limits import Limits, apply_limits
from autograder.worker.protocol import Channel, Message
from autograder.worker.running import main_module
from autograder.worker.worker import Worker, seed_everything


def silence() -> None:
    """Discard what the student's code prints: it is never read, so it cannot affect the result."""
    sink = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(sink, descriptor)
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), open(1, "w"), open(2, "w")  # noqa: SIM115


def without_check() -> None:
    """Make `from autograder import check` a call that does nothing while grading."""
    import autograder  # noqa: PLC0415  it is replaced here

    module: Any = types.ModuleType("autograder")
    module.__path__ = autograder.__path__
    module.check = lambda *args, **kwargs: None
    sys.modules["autograder"] = module


def serve(descriptor: int) -> None:
    """Serve requests on the socket `descriptor` until the judge closes it.

    The first message says that the student's code can be run: without it, whatever went wrong is
    the grader's fault.
    """
    channel = Channel(socket.socket(fileno=descriptor))
    torch.set_num_threads(1)
    without_check()
    worker = Worker(main_module())
    silence()
    seed_everything(1)
    channel.send(Message({"result": {"torch": torch.__version__, "prefix": sys.prefix}}))
    while True:
        try:
            request = channel.receive()
        except EOFError:
            return
        channel.send(worker.handle(request))


def main(descriptor: int, limits: Limits, confinement: Confinement) -> None:
    """Start a worker as a program of its own: give up its rights, and serve."""
    if confinement.level == "medium":
        entry.start(limits, confinement, descriptor, partial(serve, descriptor))
    apply_limits(limits, own_user=confinement.has_own_user)  # else bubblewrap's box is around it
    confine(confinement)
    serve(descriptor)


if __name__ == "__main__":
    main(
        int(sys.argv[1]),
        Limits.from_argument(sys.argv[2]),
        Confinement.from_argument(sys.argv[3]),
    )
