"""Workers forked from a parent that has imported everything: the judge's side of `nursery.py`.

A `Nursery` is one such parent, in a box like a worker's own; each worker it forks gets a fresh box
inside. For each worker the judge gets a descriptor of its first process, to watch and end it, and a
socket that reports its end. If the parent itself dies, that socket closes without a message. The
student is not the cause then, since no student's code can reach the parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.sandbox import bubblewrap, cgroup
from autograder.sandbox.stderr import StandardError
from autograder.sandbox.watch import tree
from autograder.worker.confine import Confinement
from autograder.worker.limits import Limits

LEVELS = ("strong", "medium")
START_SECONDS = 120.0
FORK_SECONDS = 60.0
MAX_ANSWER = 1 << 16


class ParentLost(OSError):
    """The parent of the workers is gone, and with it any worker it had."""


def receive(connection: socket.socket, seconds: float) -> tuple[dict[str, object], list[int]]:
    """One answer and the descriptors that came with it. Raises ParentLost, or TimeoutError."""
    connection.settimeout(seconds)
    try:
        text, descriptors, *_ = socket.recv_fds(connection, MAX_ANSWER, 1)
    except ConnectionResetError:
        text, descriptors = b"", []
    if not text:
        raise ParentLost("the parent of the workers ended")
    return json.loads(text), descriptors


@contextlib.contextmanager
def entrance(group: cgroup.Group | None) -> Iterator[list[int]]:
    """The descriptor by which a process enters a control group; none without a group."""
    descriptors = [] if group is None else [group.entrance()]
    try:
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


@dataclass
class Forked:
    """A worker's process, with those methods of `subprocess.Popen` that the judge uses."""

    handle: int  # a pidfd: it names this process and never a later one with the same number
    report: socket.socket
    stderr: StandardError  # of the parent, which a worker shares until it says hello
    group: bool  # whether it is to be ended with its process group, as it has no process namespace
    returncode: int | None = None

    def __post_init__(self) -> None:
        fields = Path(f"/proc/self/fdinfo/{self.handle}").read_text().splitlines()
        self.pid = next(int(line.split()[1]) for line in fields if line.startswith("Pid:"))

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired, ParentLost):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, or a negative signal. Raises subprocess.TimeoutExpired, or ParentLost
        when the parent is gone and its status is lost."""
        if self.returncode is None:
            if not select.select([self.report], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("worker", timeout or 0)
            answer, _ = receive(self.report, FORK_SECONDS)
            self.returncode = int(str(answer["status"]))
        return self.returncode

    def kill(self) -> None:
        """End the process; as the first of its namespace, with everything it ever started."""
        with contextlib.suppress(ProcessLookupError):
            if self.group:
                os.killpg(self.pid, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)

    def close(self) -> None:
        """Close the descriptors."""
        os.close(self.handle)
        self.report.close()


class Nursery:
    """One parent of workers at one level, which may still be loading.

    It ends with the thread that starts it. Raises OSError when it cannot be started.
    """

    def __init__(self, level: str, environment: dict[str, str]) -> None:
        self.level = level
        self.owner = os.getpid()
        self.processes: list[Path] = []  # its /proc entries, once it is ready
        # One message is one request or answer; a stream would have to be cut into them.
        self.connection, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.stderr = StandardError()
        inner = [sys.executable, "-s", "-m", "autograder.worker.nursery", str(theirs.fileno())]
        try:
            with theirs:
                self.process = subprocess.Popen(
                    bubblewrap.parent_command(inner) if level == "strong" else inner,
                    cwd="/",
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=self.stderr.theirs.fileno(),
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
        except OSError:
            self.connection.close()
            self.stderr.close()
            raise

    def wait(self) -> None:
        """Wait until it has imported everything. Raises OSError, and ends it, where it does not."""
        if self.processes:
            return
        try:
            answer, _ = receive(self.connection, START_SECONDS)
            if not answer["ready"]:
                raise OSError(f"{answer['threads']} threads run before the fork")
        except OSError as error:
            why = self.stderr.read()
            self.close()
            raise OSError(f"{error}: {why}" if why else str(error)) from error
        self.processes = tree(self.process.pid)
        self.stderr.read()  # warnings while it was preloading are no worker's trouble

    def fork(
        self,
        connection: socket.socket,
        limits: Limits,
        wanted: Confinement,
        *,
        group: cgroup.Group | None,
    ) -> Forked:
        """A worker that serves `connection`, in a control group if one is given.

        Raises ParentLost when the parent is gone, and OSError when the worker cannot be confined.
        """
        request = {"limits": asdict(limits), "confinement": asdict(wanted)}
        report, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs, entrance(group) as entrances:
                descriptors = [connection.fileno(), theirs.fileno(), *entrances]
                socket.send_fds(self.connection, [json.dumps(request).encode()], descriptors)
            answer, handles = receive(report, FORK_SECONDS)
        except (BrokenPipeError, ConnectionResetError) as error:
            report.close()
            raise ParentLost("the parent of the workers ended") from error
        except OSError:
            report.close()
            raise
        if not handles:
            report.close()
            raise OSError(str(answer.get("error")))
        return Forked(handles[0], report, self.stderr, group=not wanted.namespaces)

    def close(self) -> None:
        """End the parent, and any worker it still has."""
        self.connection.close()
        self.stderr.close()
        if self.owner == os.getpid():
            self.process.kill()
            self.process.wait()


class Nurseries:
    """The parents of this process's workers, one per level, started when first asked for.

    Where a parent does not start, the reason is stored in `trouble`, and workers are started cold.
    """

    def __init__(self) -> None:
        self.found: dict[str, Nursery] = {}
        self.trouble: dict[str, str] = {}
        self.starting = threading.Lock()

    def fork(
        self,
        level: str,
        environment: dict[str, str],
        connection: socket.socket,
        limits: Limits,
        wanted: Confinement,
        *,
        group: cgroup.Group | None,
    ) -> Forked | None:
        """A forked worker, or None where workers have to be started cold."""
        with self.starting:
            nursery = self.at(level, environment)
            try:
                return nursery.fork(connection, limits, wanted, group=group) if nursery else None
            except ParentLost:  # it was killed meanwhile: another takes its place
                self.close(level)
            nursery = self.at(level, environment)
            return nursery.fork(connection, limits, wanted, group=group) if nursery else None

    def at(self, level: str, environment: dict[str, str]) -> Nursery | None:
        """The parent at `level`, of this process and not of one it was forked from, once ready."""
        self.begin(level, environment)
        if level in self.trouble:
            return None
        try:
            self.found[level].wait()
        except OSError as error:
            self.trouble[level] = str(error)
            del self.found[level]
            return None
        return self.found[level]

    def begin(self, level: str, environment: dict[str, str]) -> None:
        """Start the parent at `level`, if there is none, and let it load meanwhile."""
        known = self.found.get(level)
        if (known is not None and known.owner == os.getpid()) or level in self.trouble:
            return
        try:
            self.found[level] = Nursery(level, environment)
        except OSError as error:
            self.trouble[level] = str(error)

    def processes(self) -> list[Path]:
        """The /proc entries of the parents themselves, whose children are workers."""
        return [path for nursery in self.found.values() for path in nursery.processes]

    def close(self, level: str) -> None:
        """End the parent at `level`, if there is one."""
        if (nursery := self.found.pop(level, None)) is not None:
            nursery.close()
