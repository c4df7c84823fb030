"""The share of the machine that one submission may use, and the limits that the kernel enforces."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """CPU and wall time in seconds, memory and file size in bytes.

    total_seconds, total_cpu_seconds: for all calls of one submission together, the second over all
    processes; the judge's own work is not counted. cpu_seconds is for each process.
    folder_bytes: for each memory-backed folder. files: in all folders together, when the worker is
    ended; most_files: in one of them, where the kernel refuses more.
    """

    cpu_seconds: int = 300
    call_seconds: float = 30.0
    train_seconds: float = 240.0
    total_seconds: float = 1800.0
    total_cpu_seconds: float = 1200.0
    memory_bytes: int = 4 << 30
    file_bytes: int = 64 << 20
    open_files: int = 256
    processes: int = 96
    folder_bytes: int = 256 << 20
    files: int = 20_000
    most_files: int = 100_000

    def as_argument(self) -> str:
        """One command-line word from which `from_argument` makes the same limits."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_argument(cls, text: str) -> Limits:
        """The limits written by `as_argument`."""
        return cls(**json.loads(text))


def apply_limits(limits: Limits, *, own_user: bool) -> None:
    """Bind this process to its limits, for good: hard limits cannot be raised again.

    own_user: whether the worker is a user of its own. Processes (threads too) are counted per
    user, so a shared user's other programs would be counted with it.
    Where the system has no such limit (Windows has none, macOS not for memory), the wall clock
    of the judge is what remains.
    """
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    if own_user:
        resource.setrlimit(resource.RLIMIT_NPROC, (limits.processes, limits.processes))
    for kind, value in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        # Beside what the libraries take up, which a preloaded worker has more of.
        (resource.RLIMIT_AS, limits.memory_bytes + mapped_bytes()),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def join_group(descriptor: int) -> None:
    """Move this process into the control group whose list of processes is open as `descriptor`."""
    os.write(descriptor, b"0")
    os.close(descriptor)


def mapped_bytes() -> int:
    """The address space that this process takes up now; 0 where there is no /proc."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
