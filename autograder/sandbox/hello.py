"""Waits for the first message of a worker, which says that it runs, or reports why it does not."""

from __future__ import annotations

from autograder.errors import GraderFault, Limit, Malformed, Timeout
from autograder.sandbox.box import Box
from autograder.worker.protocol import Channel

START_SECONDS = 120.0


def await_hello(box: Box) -> Channel:
    """The line to a worker that has started.

    Raises GraderFault with what the worker wrote to its standard error, for the instructor, when it
    ends, or says nothing for 120 seconds: no student's code has run yet.
    """
    channel = Channel(box.connection)
    try:
        channel.receive(START_SECONDS)
    except (EOFError, Timeout, Malformed, Limit) as error:
        why = box.stderr.read()
        if reason := box.exceeded():
            why = f"{why} it was ended for its {reason}".strip()
        raise GraderFault("the worker did not start" + (f": {why}" if why else "")) from error
    return channel
