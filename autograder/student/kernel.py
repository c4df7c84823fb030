"""Calls that stay in the student's own kernel: the check cell of a notebook, and Windows."""

from __future__ import annotations

import contextlib
import io
import os
import random
import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Any

import numpy
import torch

from autograder.handin.submission import Submission
from autograder.student.student import Student, load_message
from autograder.worker.limits import Limits
from autograder.worker.protocol import PREFIX, Message, decode, encode
from autograder.worker.worker import Worker

# While the cells of a file run, `autograder.check` in one of them does nothing.
CELLS_RUNNING = ContextVar("CELLS_RUNNING", default=False)


class LiveTransport:
    """The student's own kernel: requests are answered here, by the names in its namespace."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.worker = Worker()
        self.worker.namespace = namespace

    def exchange(self, message: Message, seconds: float) -> Message:
        """Answer at once; values are copied as if they were sent to another process.

        Raises KeyboardInterrupt where the student, at the keyboard, interrupts their own code.
        """
        states = random.getstate(), numpy.random.get_state()
        try:
            with torch.random.fork_rng(devices=[]):
                reply = self.worker.handle(copied(message))
        finally:
            random.setstate(states[0])
            numpy.random.set_state(states[1])
        error = reply.header.get("error")
        if isinstance(error, dict) and error.get("type") == "KeyboardInterrupt":
            raise KeyboardInterrupt
        return copied(reply)

    def cpu_seconds(self) -> float:
        """Seconds of computing in this kernel."""
        return time.process_time()

    def close(self) -> None:
        """Forget the stored objects."""
        self.worker.objects.clear()


def copied(message: Message) -> Message:
    """The message as the other side of a socket would read it."""
    frame = encode(message)
    size = len(frame) - sum(t.numel() * t.element_size() for t in message.tensors)
    return decode(frame[PREFIX.size : size], frame[size:])


def student_here(read: Submission, names: Sequence[str]) -> Student:
    """A student whose cells run in this process, without limits: the user can interrupt them.

    Interrupting it raises KeyboardInterrupt.
    """
    os.environ.setdefault("MPLBACKEND", "Agg")  # the student's figures open no window
    transport = LiveTransport(Worker().namespace)
    with without_check(), contextlib.redirect_stdout(io.StringIO()):
        reply = transport.exchange(load_message(read, names), 0)
    student = Student(transport, Limits(), public=True, cells=read.cells)
    student.loaded(reply, read)
    return student


@contextlib.contextmanager
def without_check() -> Iterator[None]:
    """Let the check cells of a file do nothing while its other cells run."""
    token = CELLS_RUNNING.set(True)
    try:
        yield
    finally:
        CELLS_RUNNING.reset(token)
