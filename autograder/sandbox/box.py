"""Starting the worker: the one place that decides what a student's process can see and reach.

`launch` gives a running process and its end of a socket. Levels are named as in the results:
`strong` and `medium` isolate the process, `none` only separates and limits it. Only this file
knows what each level needs; nothing above it changes when a level is added.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder import installed
from autograder.sandbox import bubblewrap, cgroup, separate
from autograder.sandbox.preloaded import LEVELS as LEVELS_PRELOADED
from autograder.sandbox.preloaded import Forked, Nurseries
from autograder.sandbox.stderr import StandardError
from autograder.sandbox.watch import Watch, files_in_memory, files_on_disk, tree, wait_gone
from autograder.worker.confine import Confinement
from autograder.worker.limits import Limits

# The environment variables that a worker inherits; it gets no others.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",
}


@dataclass
class Box:
    """A started worker: its process, the judge's end of the socket, its scratch folder if that is
    on the disk, its control group if it has one, and its standard error until it says hello."""

    process: subprocess.Popen[bytes] | Forked
    connection: socket.socket
    scratch: Path | None
    level: str
    watch: Watch
    group: cgroup.Group | None
    stderr: StandardError
    user: int | None = None  # its own

    def exceeded(self) -> str:
        """The limit of the whole tree that ended the worker, as `Watch.reason`; empty for none."""
        if self.group is not None and self.group.ran_out_of_memory():
            return "memory"
        return self.watch.reason

    def cpu_seconds(self) -> float:
        """Seconds that the worker and everything it started have computed so far."""
        return self.watch.clock.read()

    def queued_seconds(self) -> float:
        """How long the worker and everything it started have waited for a processor so far."""
        return self.watch.queue.seconds

    def close(self) -> None:
        """End the worker and everything it started, and remove what it wrote."""
        self.watch.end()
        members = tree(self.process.pid)
        self.connection.close()
        kill(self.process)
        with contextlib.suppress(OSError):  # the parent of a forked worker may be gone
            self.process.wait()
        wait_gone(members)
        if self.group is not None:
            self.group.remove()
        if isinstance(self.process, Forked):
            self.process.close()
        else:
            self.stderr.close()
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)
            remove_shared(self.user)


def remove_shared(user: int | None) -> None:
    """Remove the files that a worker's own user left in shared memory, where its box had none of
    its own. None is a user with other programs: their files look the same, so none is removed."""
    shared = Path("/dev/shm")
    if user is None or not shared.is_dir():
        return
    for path in shared.iterdir():
        with contextlib.suppress(OSError):
            if path.lstat().st_uid != user:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def kill(process: subprocess.Popen[bytes] | Forked) -> None:
    """End a worker with its process group, or in a process namespace with all it ever started."""
    if isinstance(process, Forked) or not hasattr(os, "killpg"):
        process.kill()
    else:
        # It may have ended by itself; macOS then refuses the signal until it has been waited for.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def launch(level: str, limits: Limits, *, preloaded: bool = True) -> Box:
    """Start a worker at `level` in a box of its own. Raises OSError when it cannot.

    preloaded: fork it from a parent that has imported everything, where possible. A worker that is
    started cold behaves the same, but takes longer to start.
    """
    confinement, scratch = separate.confinement(level)
    environment = environment_in(confinement.scratch)
    ours, theirs = socket.socketpair()
    stderr, group = StandardError(), None
    try:
        group = None if cgroup.trouble() else cgroup.make(limits)
        with theirs:
            process: Forked | None = None
            if preloaded and level in LEVELS_PRELOADED:
                process = NURSERIES.fork(
                    level, environment, theirs, limits, confinement, group=group
                )
            started = process or start_cold(
                level, environment, theirs, limits, confinement, stderr=stderr, group=group
            )
    except OSError:
        ours.close()
        stderr.close()
        if group is not None:
            group.remove()
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
        raise
    if isinstance(started, Forked):  # it writes where its parent writes
        stderr.close()
        stderr = started.stderr
    count = partial(count_files, confinement, scratch, limits.files)
    watch = Watch(started.pid, limits, count, lambda: kill(started))
    return Box(started, ours, scratch, level, watch, group, stderr, confinement.user)


def preload(level: str) -> None:
    """Start the parent of this process's workers at `level`, so that it loads meanwhile.

    It ends with the thread that calls this.
    """
    if level in LEVELS_PRELOADED:
        scratch = bubblewrap.SCRATCH if level == "strong" else separate.SCRATCH
        NURSERIES.begin(level, environment_in(scratch))


def environment_in(scratch: str) -> dict[str, str]:
    """The environment of a worker with this scratch folder, or of the parent of workers."""
    return {**ENVIRONMENT, **installed.python_path(), "HOME": scratch, "TMPDIR": scratch}


def count_files(
    confinement: Confinement, scratch: Path | None, most: int, members: list[Path]
) -> int:
    """The number of files that a worker has made: in memory, or in its folder on the disk."""
    if scratch is None:
        return files_in_memory(members, confinement.writable)
    return files_on_disk(scratch, most)


# The only global state: the parents of this process's workers, which are slow to start.
NURSERIES = Nurseries()


def start_cold(
    level: str,
    environment: dict[str, str],
    connection: socket.socket,
    limits: Limits,
    confinement: Confinement,
    *,
    stderr: StandardError,
    group: cgroup.Group | None,
) -> subprocess.Popen[bytes]:
    """A worker as a program of its own, which imports everything first."""
    # Not -I: it would ignore PYTHONHASHSEED, and the order of a student's sets would vary by run.
    inner = [sys.executable, "-s", "-m", "autograder.worker.serving", str(connection.fileno())]
    inner += [limits.as_argument(), confinement.as_argument()]
    strong, scratch = level == "strong", Path(confinement.scratch)
    outer = bubblewrap.command(scratch, confinement.user, inner) if strong else inner
    return subprocess.Popen(
        outer if group is None else group.command(outer),
        cwd="/" if confinement.namespaces else scratch,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr.theirs.fileno(),
        pass_fds=[connection.fileno()],
        start_new_session=True,
    )
