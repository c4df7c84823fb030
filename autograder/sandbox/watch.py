"""Keeping a worker's whole process tree within bounds, where the kernel limits only each process.

A thread adds up the memory and the computing time of the worker and all its descendants from /proc
and ends them when it is too much together. Where there is no /proc, each process's own limits are
what remains.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

PAUSE = 0.2
PATIENCE = 5.0
PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def tree_memory(root: int, limit: int) -> int:
    """Bytes held by process `root` and its descendants.

    Resident pages are quick to read but count what forked processes share many times; only when
    they exceed `limit` are shared pages counted once, in proportion (Pss), which takes longer.
    """
    members = tree(root)
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
    """Return when these processes, just killed, are no more: a large tree takes a moment to end."""
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


class Watch:
    """Calls `stop` once when the tree of process `root` holds more than `memory` bytes, or has
    computed for more than `cpu` seconds; `reason` then says which: "memory" or "cpu"."""

    def __init__(self, root: int, memory: int, cpu: float, stop: Callable[[], None]) -> None:
        self.root, self.memory, self.cpu, self.stop = root, memory, cpu, stop
        self.reason = ""
        self.ended = threading.Event()
        self.ending = threading.Lock()
        if PROC.is_dir():
            threading.Thread(target=self._watch, daemon=True).start()

    def end(self) -> None:
        """Watch no longer: from here on `stop` is not called, for it could meet another process."""
        with self.ending:
            self.ended.set()

    def _watch(self) -> None:
        while not self.ended.wait(PAUSE):
            if tree_memory(self.root, self.memory) > self.memory:
                self.reason = "memory"
            elif tree_cpu(self.root) > self.cpu:
                self.reason = "cpu"
            if self.reason:
                with self.ending:
                    if not self.ended.is_set():
                        self.stop()
                return
