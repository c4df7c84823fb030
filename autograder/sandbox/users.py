"""The user that a worker becomes when root grades: one that owns nothing and that exists here.

A container may know few ids, often 65,536: the kernel refuses any other. So the ids are chosen
among those that exist here, in a range that people and services seldom use.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

PREFERRED = (range(100_000, 200_000), range(30_000, 60_000))  # the second where ids are few
AT_LEAST = 1_000  # so many that two graders on one machine seldom take the same one
MAPS = (Path("/proc/self/uid_map"), Path("/proc/self/gid_map"))


def worker_user() -> int | None:
    """The user and group id of this process's worker: one for each grading process of root.

    None for an ordinary user, who cannot become another. Raises OSError where no id is free.
    """
    if os.geteuid() != 0:
        return None
    free = free_users()
    if not free:
        raise OSError(trouble())
    return free[os.getpid() % len(free)]


def trouble() -> str:
    """The reason why root's worker cannot become another user here; empty when it can."""
    if os.geteuid() != 0 or free_users():
        return ""
    return "this container knows too few user ids: workers need a thousand from 30,000 to 60,000"


def free_users() -> range:
    """The ids that workers may take, as users and as groups; empty where there are too few."""
    users, groups = (mapped(path) for path in MAPS)
    for wanted in PREFERRED:
        for user in users:
            for group in groups:
                first = max(wanted.start, user.start, group.start)
                free = range(first, max(first, min(wanted.stop, user.stop, group.stop)))
                if len(free) >= AT_LEAST:
                    return free
    return range(0)


def mapped(path: Path) -> list[range]:
    """The ids that exist in this user namespace; all of them on a system that has none."""
    try:
        return list(ranges(path.read_text(encoding="ascii")))
    except OSError:
        return [range(2**32 - 1)]


def ranges(text: str) -> Iterator[range]:
    """Each line names the first id inside, the first outside, and how many there are."""
    for line in text.splitlines():
        inside, _, count = map(int, line.split())
        yield range(inside, inside + count)
