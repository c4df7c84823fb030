"""The command that starts a worker inside bubblewrap, where it sees only what it needs to run.

The worker has its own mount, process, network, IPC and host-name namespaces. It reads the
interpreter, its packages and the worker's files, and writes to bounded folders in memory. It has no
capability and no way to gain one. As root the worker becomes a user of its own, since bubblewrap
alone leaves root its powers (bubblewrap issue 287: it could remount the host's files writable). As
an ordinary user it runs in a user namespace that cannot make others.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from autograder import installed
from autograder.sandbox import users
from autograder.worker.limits import Limits

# The worker sees only the files of this package that it imports; checks and bars stay outside.
WORKER_FILES = ("__init__.py", "errors.py", "worker")
SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/etc/alternatives",
)
# The profile that lets bubblewrap make user namespaces where Ubuntu's AppArmor forbids them.
APPARMOR_PROFILE = """abi <abi/4.0>,
include <tunables/global>
profile bwrap /usr/bin/bwrap flags=(unconfined) {
  userns,
  include if exists <local/bwrap>
}"""
SCRATCH = "/scratch"
WRITABLE = ("/dev/shm", "/tmp", SCRATCH)  # memory-backed, bounded, each box's own


def readable() -> Iterator[Path]:
    """The paths that a worker must read: system libraries, interpreter, packages, its own code."""
    yield from (Path(path) for path in SYSTEM)
    yield from dict.fromkeys(Path(prefix).absolute() for prefix in (sys.base_prefix, sys.prefix))
    yield installed.COURSE
    yield from (installed.PACKAGE / name for name in WORKER_FILES)


def hidden() -> list[Path]:
    """Our packages that are in a readable folder, where `pip install` puts them."""
    shown = [path.resolve() for path in readable() if path.is_dir()]
    ours = (installed.PACKAGE, installed.solutions(), installed.SHIPPED)
    return [
        path
        for path in ours
        if path and path.is_dir() and any(path.resolve().is_relative_to(root) for root in shown)
    ]


def command(scratch: Path, user: int | None, inner: Sequence[str]) -> list[str]:
    """`inner` as run inside a worker's box. `user` is the id that root's worker takes on."""
    arguments = box(scratch)
    if user is None:
        return [*arguments, *CLOSED, "--cap-drop", "ALL", *inner]
    arguments += ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups"]
    arguments += ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    return [*arguments, *inner]


def parent_command(inner: Sequence[str]) -> list[str]:
    """`inner` as run in the same box, but with the right to mount and make namespaces in it: the
    parent of preloaded workers, which runs no student's code and gives each worker less."""
    arguments = box(Path(SCRATCH))
    return [*arguments, *(() if os.geteuid() == 0 else CLOSED), "--cap-add", "ALL", *inner]


# An ordinary user's box: a user namespace in which no other can be made.
CLOSED = ("--unshare-user", "--disable-userns")


def box(scratch: Path) -> list[str]:
    """The command of a box, without its capabilities and the program in it."""
    arguments = [
        "bwrap",
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "box"),
    ]
    # Without /dev/zero, which can be mapped as memory that is counted for no process.
    arguments += ["--proc", "/proc", "--dev", "/dev", "--ro-bind", "/dev/null", "/dev/zero"]
    # In memory and bounded: nothing that is written reaches the disk or outlives the box. The
    # interpreter may itself be below /tmp, so readable paths are mounted on top of it.
    for folder in dict.fromkeys((*WRITABLE[:2], str(scratch))):
        arguments += [*parents(Path(folder)), "--perms", "1777"]
        arguments += ["--size", str(Limits.folder_bytes), "--tmpfs", folder]
    covers = [part for path in hidden() for part in ("--perms", "0755", "--tmpfs", str(path))]
    for path in readable():
        if path.parent == installed.PACKAGE:  # the first of its few files that stay visible
            arguments, covers = arguments + covers, []
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            arguments += [*parents(path), "--ro-bind", str(path), str(path)]
    # bubblewrap's own folders belong to an ordinary user; what is left in one must not meet the
    # next worker of the same parent.
    for folder in (*map(str, hidden()), "/dev", "/"):
        arguments += ["--remount-ro", folder]
    return [*arguments, "--chdir", str(scratch)]


def parents(path: Path) -> Iterator[str]:
    """Make the folders above `path` open to the worker's user. Those that bubblewrap makes are
    closed to it, and Python would then use the system's packages without a warning."""
    for folder in reversed(path.parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(folder))


@cache
def trouble() -> str:
    """The message with which bubblewrap fails here; empty when it works."""
    if why := users.trouble():
        return why
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    tried = subprocess.run(
        command(
            Path(SCRATCH),
            users.worker_user(),
            [sys.executable, "-c", "import sys; print(sys.prefix)"],
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={},
    )
    if tried.returncode:
        return tried.stderr.strip().splitlines()[-1] if tried.stderr.strip() else "it failed"
    return "" if tried.stdout.strip() == sys.prefix else f"it found {tried.stdout.strip()}"
