"""Limits a worker's whole process tree, where the kernel limits only each process.

A thread adds up the memory, sockets, files and computing time of the worker and all its descendants
from /proc and ends them when it is too much together. Where there is no /proc, only the limits of
each process remain.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.worker.limits import Limits

PAUSE = 0.2
PATIENCE = 5.0
OWN_PROCESSES = 4  # of a worker's box, beside those that the kernel counts for its user
PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def memory(members: Sequence[Path], limit: int) -> int:
    """Bytes held by these processes.

    Resident pages are quick to read but count what forked processes share many times; only when
    they exceed `limit` are shared pages counted once, in proportion (Pss), which takes longer.
    """
    total = sum(map(resident, members))
    return total if total <= limit else sum(map(proportional, members))


def tree(root: int) -> list[Path]:
    """The /proc entries of process `root` and its descendants; none where there is no /proc."""
    if not PROC.is_dir():
        return []
    children: dict[int, list[int]] = defaultdict(list)
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (parent := parent_of(entry)) is not None:
            children[parent].append(int(entry.name))
    members, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        members.append(PROC / str(process))
        waiting += children[process]
    return members


def tree_cpu(root: int) -> float:
    """Seconds of computing by process `root`, its descendants, and those that they waited for."""
    return sum(map(computed, tree(root)))


def wait_gone(members: list[Path]) -> None:
    """Wait until these killed processes are gone: a large tree takes a moment to end."""
    deadline = time.monotonic() + PATIENCE
    while any(map(runs, members)) and time.monotonic() < deadline:
        time.sleep(PAUSE / 20)


def runs(entry: Path) -> bool:
    """Whether a process is still there; one that waits only to be reaped by init is not."""
    fields = stat(entry)
    return bool(fields) and fields[0] not in ("Z", "X")


def stat(entry: Path) -> list[str]:
    """The fields of a process's `stat` from its state on; none when it has ended meanwhile."""
    try:
        # The name in parentheses may hold anything; what follows the last one is numbers.
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def parent_of(entry: Path) -> int | None:
    """The parent's id, or None when the process has ended meanwhile."""
    fields = stat(entry)
    return int(fields[1]) if fields else None


def computed(entry: Path) -> float:
    """Seconds of computing of one process and the children it has waited for."""
    return sum(map(int, stat(entry)[11:15])) / TICKS


def resident(entry: Path) -> int:
    """Resident bytes of one process; 0 when it has ended meanwhile."""
    try:
        return int((entry / "statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError, ValueError):
        return 0


def proportional(entry: Path) -> int:
    """Bytes of one process with shared pages divided among those that share them."""
    try:
        for line in (entry / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, IndexError, ValueError):
        pass  # ended meanwhile, or not readable: count the resident pages
    return resident(entry)


class Clock:
    """Counts the seconds that a process tree has computed, also of children nobody waited for.

    A child that was waited for has left its time with its parent. One that vanished and has not
    (its parent ignores SIGCHLD) counts as it was last seen, and at least as computing since then.
    """

    def __init__(self, root: int) -> None:
        self.root = root
        self.first: Reading | None = None  # of the root
        self.most = 0.0
        self.lost = 0.0
        self.seen: dict[Path, Reading] = {}
        self.vanished: dict[Path, Vanished] = {}
        self.time = time.monotonic()
        self.reading = threading.Lock()

    def read(self, members: Sequence[Path] | None = None) -> float:
        """Seconds so far; they stay when the tree has ended. members: of the tree, if known."""
        with self.reading:
            members = tree(self.root) if members is None else members
            now = {entry: Reading.of(fields) for entry in members if (fields := stat(entry))}
            root = now.get(PROC / str(self.root))
            self.first = self.first or root
            if self.first is None or not self.first.same(root):
                return self.most  # it has ended, and another process may have its number
            elapsed, self.time = time.monotonic() - self.time, time.monotonic()
            for parent, gone in self.vanished.items():
                self.lost += gone.hidden(now.get(parent), ignored=ignores_children(parent))
            self.vanished = {}
            for entry in self.seen.keys() - now.keys():
                last = self.seen[entry]
                if (before := self.seen.get(last.parent)) is not None and last.parent in now:
                    gone = self.vanished.setdefault(last.parent, Vanished(before, elapsed))
                    gone.add(last)
            self.seen = now
            total = sum(each.own + each.waited for each in now.values()) + self.lost
            self.most = max(self.most, total)
            return self.most


@dataclass(frozen=True)
class Reading:
    """One process: its parent, when it started, and the seconds that it and the children it has
    waited for have computed."""

    parent: Path
    started: str
    own: float
    waited: float

    @classmethod
    def of(cls, fields: list[str]) -> Reading:
        """Made from the fields of its `stat`."""
        user, system, of_children, system_of_children = (
            int(each) / TICKS for each in fields[11:15]
        )
        own, waited = user + system, of_children + system_of_children
        return cls(PROC / fields[1], fields[19], own, waited)

    def same(self, other: Reading | None) -> bool:
        """Whether the other is the same process, later."""
        return other is not None and other.started == self.started


def ignores_children(entry: Path) -> bool:
    """Whether a process ignores SIGCHLD: then no child leaves its time to it."""
    with contextlib.suppress(OSError, ValueError):
        for line in (entry / "status").read_text().splitlines():
            if line.startswith("SigIgn:"):
                return bool(int(line.split()[1], 16) & 1 << signal.SIGCHLD - 1)
    return False


@dataclass
class Vanished:
    """Children of one process that were seen, and were gone `elapsed` seconds later."""

    before: Reading  # of the parent, when they were last seen
    elapsed: float
    computed: float = 0.0
    count: int = 0

    def add(self, last: Reading) -> None:
        """One more child, as it was last seen."""
        self.computed += last.own + last.waited
        self.count += 1

    def hidden(self, parent: Reading | None, *, ignored: bool) -> float:
        """Seconds that their parent has not taken over yet; `ignored`: it never will."""
        if parent is None or not self.before.same(parent):
            return 0.0  # it ended too: its own parent took over the children
        taken_over = parent.waited - self.before.waited + self.count / TICKS
        if taken_over >= self.computed and not ignored:
            return 0.0
        at_once = min(self.count, os.cpu_count() or 1)
        return max(self.computed, self.elapsed * at_once)


class Queue:
    """Adds up how long the processes of a tree had work to do, but no processor to do it on."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.last: dict[Path, float] = {}

    def read(self, members: Sequence[Path]) -> None:
        """Add what came since the last reading. A process that has ended keeps its share."""
        now = {entry: queued(entry) for entry in members}
        self.seconds += sum(max(0.0, now[entry] - self.last.get(entry, 0.0)) for entry in now)
        self.last = now


def queued(entry: Path) -> float:
    """Seconds in which a process waited for a processor; 0 where the kernel does not count them."""
    try:
        return int((entry / "schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def socket_memory(members: list[Path]) -> int:
    """An upper bound of the bytes of the kernel's memory that these processes hold in sockets.

    In a network namespace of their own, its sockets count; elsewhere each descriptor counts as one.
    """
    for entry in reversed(members):
        try:
            if os.readlink(entry / "ns/net") != os.readlink(PROC / "self/ns/net"):
                lines = (entry / "net/unix").read_text().count("\n")
                return SOCKET_BYTES * max(0, lines - 1)
        except OSError:
            continue  # ended meanwhile, or not readable
    return SOCKET_BYTES * sum(map(descriptors, members))


def descriptors(entry: Path) -> int:
    """The number of a process's open files, or its limit where only its own user can count."""
    with contextlib.suppress(OSError):
        if found := (entry / "fd").stat().st_size:  # from Linux 6.2 on
            return found
        for line in (entry / "status").read_text().splitlines():
            if line.startswith("FDSize:"):
                return int(line.split()[1])
    return 0


def socket_bytes() -> int:
    """The bytes that one socket can hold: its buffer, which is fixed, and one packet more."""
    try:
        return 2 * int((PROC / "sys/net/core/wmem_default").read_text())
    except (OSError, ValueError):
        return 2 * 212_992


SOCKET_BYTES = socket_bytes()


def files_in_memory(members: list[Path], folders: Sequence[str]) -> int:
    """The number of files in memory-backed folders, seen from the innermost process."""
    for entry in reversed(members):
        with contextlib.suppress(OSError):
            return sum(files_of(Path(f"{entry}/root{folder}"), Path(folder)) for folder in folders)
    return 0


def files_of(place: Path, outside: Path) -> int:
    """The number of files in a box's own folder; 0 while its process still sees the one outside."""
    with contextlib.suppress(FileNotFoundError):
        if outside.exists() and outside.stat().st_dev == place.stat().st_dev:
            return 0
        found = os.statvfs(place)
        return max(0, found.f_files - found.f_ffree)
    return 0


def files_on_disk(folder: Path, most: int) -> int:
    """The number of files in a folder, with the folders in it; counted up to `most`."""
    found, waiting = 0, [folder]
    while waiting and found <= most:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                found += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                if found > most:
                    break
    return found


class Watch:
    """Calls `stop` once when the tree of process `root` goes over one of `limits`; `reason` then
    says which: "memory", "cpu", "processes" or "files".

    count_files: gives the number of files that a tree with these members holds.
    """

    def __init__(
        self,
        root: int,
        limits: Limits,
        count_files: Callable[[list[Path]], int],
        stop: Callable[[], None],
    ) -> None:
        self.root, self.limits, self.count_files, self.stop = root, limits, count_files, stop
        self.reason = ""
        self.clock = Clock(root)
        self.queue = Queue()
        self.ended = threading.Event()
        self.ending = threading.Lock()
        if PROC.is_dir():
            threading.Thread(target=self._watch, daemon=True).start()

    def end(self) -> None:
        """Stop watching: a later call of `stop` could end another process."""
        with self.ending:
            self.ended.set()

    def exceeded(self) -> str:
        """The limit that the tree exceeds now; empty for none."""
        members, limits = tree(self.root), self.limits
        if len(members) > limits.processes + OWN_PROCESSES:  # first: each process takes time
            return "processes"
        self.queue.read(members)
        held = socket_memory(members)
        if held + memory(members, limits.memory_bytes - held) > limits.memory_bytes:
            return "memory"
        if self.clock.read(members) > limits.total_cpu_seconds:
            return "cpu"
        return "files" if self.count_files(members) > limits.files else ""

    def _watch(self) -> None:
        while not self.ended.wait(PAUSE):
            self.reason = self.exceeded()
            if self.reason:
                with self.ending:
                    if not self.ended.is_set():
                        self.stop()
                return
