"""Sends calls to a worker and receives answers: frames over a socket, with clocks and limits."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from autograder.errors import Crash, GraderFault, Limit, Malformed, Timeout
from autograder.sandbox.box import Box, launch
from autograder.sandbox.hello import await_hello
from autograder.sandbox.preloaded import ParentLost
from autograder.worker.limits import Limits
from autograder.worker.protocol import MAX_PAYLOAD, Channel, Message

# An answer may take twice the bytes that were sent, as float64 does, and a network's weights.
REPLY_BYTES, REPLY_FACTOR = 64 << 20, 2


# On a busy machine a call may last so many times its limit, as long as it waits for a processor.
PATIENCE = 4

# Messages about a worker that the watch ended for a number: the limit, the value, a hint.
TOO_MANY: dict[str, Callable[[Limits], tuple[str, str, str]]] = {
    "processes": lambda limits: (
        f"at most {limits.processes} processes at a time",
        "your process started more, and was ended with them",
        "Compute in one process, or in a few that you wait for.",
    ),
    "files": lambda limits: (
        f"at most {limits.files} files",
        "your process made more, and was ended",
        "Keep what you compute in tensors, or in a few files.",
    ),
}


class OwnTime:
    """Counts seconds, but for those in which other programs had the worker's processor.

    At least one of `PATIENCE` counts, whatever the worker says or does. On a busy machine a right
    answer would otherwise be late.
    """

    def __init__(self, box: Box) -> None:
        self.box, self.begin, self.queued = box, time.monotonic(), box.queued_seconds()

    def seconds(self) -> float:
        """Those that count so far."""
        elapsed = time.monotonic() - self.begin
        queued = self.box.queued_seconds() - self.queued
        return max(elapsed / PATIENCE, elapsed - queued)

    def await_answer(self, channel: Channel, allowed: float) -> None:
        """Wait until the worker answers. Raises Timeout when `allowed` seconds have counted."""
        while not channel.answered(max(0.05, allowed - self.seconds())):
            if self.seconds() >= allowed:
                raise Timeout("an answer in time", "none")


class Transport(Protocol):
    """Carries one request to the student's code and brings its reply."""

    def exchange(self, message: Message, seconds: float) -> Message:
        """Send and receive. Raises Timeout, Malformed, or Crash when the process is gone."""

    def cpu_seconds(self) -> float:
        """Seconds of computing so far, where they can be counted; otherwise 0."""

    def close(self) -> None:
        """End what the transport started."""


class WorkerTransport:
    """A worker in a sandbox, started again with its cells if it is lost or runs out of time."""

    def __init__(
        self,
        level: str,
        limits: Limits,
        load: Callable[[], Message],
        *,
        preloaded: bool = True,
        spare: Box | None = None,
    ) -> None:
        self.level, self.preloaded, self.spare = level, preloaded, spare
        self.limits = limits
        self.load = load
        self.box: Box | None = None
        self.channel: Channel | None = None
        self.waited = self.computed = 0.0  # seconds, in all boxes and calls so far

    def start(self) -> Message:
        """Start the worker and run the student's cells in it; returns its report."""
        left = self.limits.total_cpu_seconds - self.computed
        try:
            limits = replace(self.limits, total_cpu_seconds=left)
            spare, self.spare = self.spare, None
            self.box = spare or launch(self.level, limits, preloaded=self.preloaded)
        except OSError as error:
            raise GraderFault(f"the sandbox could not be started: {error}") from error
        try:
            self.channel = await_hello(self.box)
        except GraderFault:
            if self.box.exceeded() == "cpu":  # too little was left to start once more
                raise self.death() from None
            self.close()
            raise
        return self.exchange(self.load(), self.limits.train_seconds)

    def exchange(self, message: Message, seconds: float) -> Message:
        """Send and receive; a worker that is late or gone, or sends garbage, is closed."""
        if self.waited >= self.limits.total_seconds or self.computed >= self.total_cpu:
            raise self.all_spent()
        if self.channel is None:
            self.start()
        assert self.channel is not None
        assert self.box is not None
        size = sum(tensor.numel() * tensor.element_size() for tensor in message.tensors)
        clock = OwnTime(self.box)
        allowed = min(seconds, self.limits.total_seconds - self.waited)
        try:
            self.channel.send(message, allowed)
            clock.await_answer(self.channel, allowed)
            return self.channel.receive(
                allowed, min(MAX_PAYLOAD, REPLY_BYTES + REPLY_FACTOR * size)
            )
        except Timeout:
            self.close()
            raise self.late(seconds) if allowed == seconds else self.all_spent() from None
        except EOFError:
            raise self.death() from None
        except (Malformed, Limit):
            self.close()
            raise
        finally:
            self.waited += clock.seconds()

    def cpu_seconds(self) -> float:
        """Seconds of computing in all boxes so far, over all processes."""
        return self.computed + (self.box.cpu_seconds() if self.box is not None else 0.0)

    @property
    def total_cpu(self) -> float:
        """Seconds of computing that one submission has."""
        return self.limits.total_cpu_seconds

    def late(self, seconds: float) -> Timeout:
        """The fault if one call took too long."""
        return Timeout(
            f"an answer within {seconds:g} seconds",
            "none",
            cause="a loop that does not end, or far more work than the task needs",
            hint="Try your function on a few images with `autograder check`.",
        )

    def all_spent(self) -> Timeout:
        """The fault if all calls together took too long: later calls are not made."""
        return Timeout(
            f"all answers within {self.limits.total_seconds / 60:g} minutes, and "
            f"{self.total_cpu / 60:g} minutes of computing",
            "the time for this submission was used up",
            cause="your functions take far more time than the tasks need",
            hint="See which of them is slow with `autograder check`; train for the epochs given.",
        )

    def death(self) -> Crash | Limit | Timeout | GraderFault:
        """The fault for a worker that ended: by the watch, with its parent, or by itself."""
        assert self.box is not None
        reason = self.box.exceeded()
        try:
            status = self.box.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = 0  # it still runs but has closed its socket: close() ends it
        except ParentLost as error:
            self.close()
            return GraderFault(str(error))
        self.close()
        if reason == "cpu":
            self.computed = self.total_cpu
            return self.all_spent()
        if reason == "memory":
            most = self.limits.memory_bytes / (1 << 30)
            return Limit(
                f"at most {most:g} GB of memory for all processes together",
                "your process and those it started held more, and were ended",
                cause="tensors that are kept, or copies made side by side",
                hint="Work in batches, and keep numbers rather than tensors with their graph.",
            )
        if reason in TOO_MANY:
            expected, got, hint = TOO_MANY[reason](self.limits)
            return Limit(expected, got, cause="more of them than the task needs", hint=hint)
        if status > 128:  # bubblewrap reports a signal in this way, as a shell does
            status = 128 - status
        if -status in (signal.SIGKILL, signal.SIGXCPU, signal.SIGXFSZ):
            return Limit(
                "an answer within the limits",
                f"your process was ended by {signal.Signals(-status).name}",
                cause="too much memory, computing time or disk",
                hint="Work in batches, and train for the epochs you are given only.",
            )
        ended = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return Crash("an answer", f"your process ended by itself ({ended})")

    def close(self) -> None:
        """End the worker and everything it started."""
        if self.box is not None:
            self.computed += self.box.cpu_seconds()
            self.box.close()
        self.box = self.channel = None
