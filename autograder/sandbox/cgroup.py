"""Control groups: the kernel limits memory and processes of a worker with all it starts.

Where this machine has delegated a part of its tree of groups (version 2) to us, each worker gets a
group of its own there. The kernel then ends the whole group when it holds too much memory, files in
memory included, and refuses it more processes. Where no part was delegated, only the limits of each
process and the watch remain. See cgroups(7) and systemd's page on delegation,
https://systemd.io/CGROUP_DELEGATION/.
"""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.worker.limits import Limits

CONTROLLERS = ("memory", "pids")
OURS = "autograder"  # the group of our own processes: one that has groups below may hold none
PREFIX = "worker-"
PATIENCE = 5.0
ATTEMPTS = 20  # processes may start while others are moved
NOT_DELEGATED = "this session's control group is not delegated to it"


@dataclass(frozen=True)
class Group:
    """The group of one worker."""

    path: Path

    def command(self, inner: Sequence[str]) -> list[str]:
        """`inner` as a command that enters the group first."""
        entrance = str(self.path / "cgroup.procs")
        return ["/bin/sh", "-c", 'echo 0 >"$0" && exec "$@"', entrance, *inner]

    def entrance(self) -> int:
        """A descriptor by which a process enters: it writes a zero (see `limits.join_group`)."""
        return os.open(self.path / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC)

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel ended the group because of its memory."""
        with contextlib.suppress(OSError):
            events = (self.path / "memory.events").read_text().split()
            return int(events[events.index("oom_kill") + 1]) > 0
        return False

    def remove(self) -> None:
        """End every process in the group, and remove it."""
        with contextlib.suppress(OSError):  # before Linux 5.14 only `sandbox.kill` ends them
            (self.path / "cgroup.kill").write_text("1")
        deadline = time.monotonic() + PATIENCE
        while self.path.exists() and time.monotonic() < deadline:
            try:
                self.path.rmdir()
            except OSError:  # a large tree takes a moment to end
                time.sleep(0.005)


def make(limits: Limits) -> Group:
    """An empty group with these limits. Raises OSError where there can be none."""
    group = Group(Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=home())))
    try:
        (group.path / "memory.max").write_text(str(limits.memory_bytes))
        (group.path / "memory.oom.group").write_text("1")
        (group.path / "pids.max").write_text(str(limits.processes))
        with contextlib.suppress(FileNotFoundError):  # a kernel that does not swap
            (group.path / "memory.swap.max").write_text("0")
    except OSError:
        group.remove()
        raise
    return group


@cache
def trouble() -> str:
    """The reason why workers get no groups here, tried with one; empty when they do."""
    try:
        group = make(Limits())
        try:
            entered = subprocess.run(group.command(["true"]), capture_output=True, check=False)
        finally:
            group.remove()
    except OSError as error:
        return error.strerror or str(error)
    return "" if entered.returncode == 0 else "a new control group cannot be entered"


@cache
def home() -> Path:
    """The group below which each worker gets its own, made ready for that. Raises OSError."""
    own, top = own_group()
    base = own.parent if own.name == OURS else own
    offered = (base / "cgroup.controllers").read_text().split()
    if not set(offered).issuperset(CONTROLLERS):
        raise OSError("control groups, version 2, limit neither memory nor processes here")
    writable = os.access(base / "cgroup.subtree_control", os.W_OK)
    if not writable or not (base == top or is_delegated(base)):
        raise OSError(NOT_DELEGATED)
    for _ in range(ATTEMPTS):
        try:
            (base / "cgroup.subtree_control").write_text(" ".join(f"+{c}" for c in CONTROLLERS))
            break
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
        gather(base)
    sweep(base)
    return base


def own_group() -> tuple[Path, Path]:
    """The folder of the group that this process is in, and the top of the visible tree.

    Raises OSError where no tree of version 2 is mounted.
    """
    return folders(Path("/proc/self/cgroup").read_text(), Path("/proc/self/mountinfo").read_text())


def folders(groups: str, mounts: str) -> tuple[Path, Path]:
    """The answer of `own_group`, from the text of two files in /proc: see cgroups(7), proc(5)."""
    group = next((line[3:] for line in groups.splitlines() if line.startswith("0::")), None)
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        if group is not None and after.split()[0] == "cgroup2":
            root, top = before.split()[3:5]
            if Path(group).is_relative_to(root):
                return Path(top) / Path(group).relative_to(root), Path(top)
    raise OSError("no control groups, version 2")


def is_delegated(group: Path) -> bool:
    """Whether systemd marks the group as delegated; before version 251 only root can read that."""
    for name in ("user.delegate", "trusted.delegate"):
        with contextlib.suppress(OSError):
            if os.getxattr(group, name) == b"1":
                return True
    return False


def gather(base: Path) -> None:
    """Move every process in `base` into the grader's own group below it."""
    ours = base / OURS
    ours.mkdir(exist_ok=True)
    for process in (base / "cgroup.procs").read_text().split():
        with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
            (ours / "cgroup.procs").write_text(process)


def sweep(base: Path) -> None:
    """Remove the groups of a grader that was killed; its workers ended with it."""
    for path in base.glob(f"{PREFIX}*-*"):
        if not Path(f"/proc/{path.name.split('-')[1]}").exists():
            with contextlib.suppress(OSError):
                path.rmdir()
