"""Makes a fresh box for a forked worker, from inside its parent's box. It does for a running
process what bubblewrap does for a program that is started.

At level `strong` the parent runs in a box that bubblewrap made, where all readable files are
mounted read-only, and has the right to make namespaces in it. At level `medium` it runs outside,
and empty folders hide everything but the system and what a worker reads. A worker gets its own
processes, network, IPC and host name, its own /proc and empty memory-backed folders over everything
that can be written, and loses every capability before a student's code runs. See namespaces(7),
mount(2), capabilities(7).
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.worker.confine import CannotConfine, checked, libc

NEW_MOUNTS, NEW_HOST_NAME, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_PROCESSES, NEW_NETWORK, NEW_USERS = 0x20000000, 0x40000000, 0x10000000
NOSUID, NODEV, NOEXEC, BIND, RECURSIVE, PRIVATE = 2, 4, 8, 1 << 12, 1 << 14, 1 << 18
READ_ONLY, REMOUNT, NO_ACCESS_TIMES, RELATIVE_TIMES = 1, 1 << 5, 3 << 10, 1 << 21
PR_CAPBSET_DROP, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 24, 47, 4
CAPABILITY_VERSION_3 = 0x20080522
SYSTEM = {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "dev", "proc"}


def separate(*, as_user: bool = False) -> None:
    """Give this process namespaces of its own; the next process it forks is the first in its own
    process namespace. Raises CannotConfine.

    as_user: make a user namespace first, in which an ordinary user may make the others. The user
    stays the same one in it.
    """
    kinds = NEW_MOUNTS | NEW_HOST_NAME | NEW_IPC | NEW_PROCESSES | NEW_NETWORK
    user, group = os.geteuid(), os.getegid()
    assert libc is not None
    checked(libc.unshare(kinds | (NEW_USERS if as_user else 0)), "new namespaces")
    checked(libc.sethostname(b"box", 3), "host name")
    if as_user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def others(writable: Sequence[str]) -> list[str]:
    """The folders at the top of the file system that are neither the system's nor `writable`."""
    return [
        str(path)
        for path in sorted(Path("/").iterdir())
        if path.name not in SYSTEM and str(path) not in writable
        if path.is_dir() and not path.is_symlink()
    ]


def furnish(writable: Sequence[str], readable: Iterable[str], size: int, files: int) -> None:
    """Mount what is this box's own: /proc, terminals, and an empty folder of `size` bytes and
    `files` files over each of `writable`. What is `readable` below one of them stays so."""
    kept = opened(readable, below=writable)
    mount(None, "/", None, PRIVATE | RECURSIVE)
    furniture(writable, size, files)
    for path, descriptor in kept.items():
        show(path, descriptor)


def furnish_alone(
    writable: Sequence[str],
    readable: Iterable[str],
    hidden: Sequence[str],
    size: int,
    files: int,
) -> None:
    """The same outside bubblewrap's box. Outside the system's folders only `readable` paths stay,
    read-only, without the `hidden` ones in them."""
    covered = others(writable)
    readable = list(readable)
    kept = opened(readable, below=[*covered, *writable, *hidden])
    mount(None, "/", None, PRIVATE | RECURSIVE)
    for folder in covered:
        cover(folder)
    furniture(writable, size, files)
    ours = [path for path in kept if any(map(Path(path).is_relative_to, hidden))]
    for path in kept:
        if path not in ours:
            show(path, kept[path])
            read_only(path)
    for folder in hidden:
        cover(folder)
    for path in ours:
        show(path, kept[path])
        read_only(path)


def opened(readable: Iterable[str], *, below: Sequence[str]) -> dict[str, int]:
    """Descriptors of the readable paths below some folders, which will be covered."""
    found = [path for path in readable if any(map(Path(path).is_relative_to, below))]
    names = dict.fromkeys((*map(os.path.realpath, found), *found))
    return {path: os.open(path, os.O_PATH) for path in names if os.path.exists(path)}


def furniture(writable: Sequence[str], size: int, files: int) -> None:
    """Mount a box's own /proc, terminals and folders in memory."""
    mount("proc", "/proc", "proc", NOSUID | NODEV | NOEXEC)
    mount("devpts", "/dev/pts", "devpts", NOSUID | NOEXEC, "newinstance,ptmxmode=0666,mode=0620")
    for folder in writable:
        place(Path(folder), is_folder=True)
        options = f"mode=1777,size={size},nr_inodes={files}"
        mount("tmpfs", folder, "tmpfs", NOSUID | NODEV, options)


def cover(folder: str) -> None:
    """Lay an empty folder over another."""
    mount("tmpfs", folder, "tmpfs", NOSUID | NODEV, "mode=0755,size=1m")


def show(path: str, descriptor: int) -> None:
    """Mount each path that was opened before at its old place, and close it."""
    place(Path(path), is_folder=os.path.isdir(f"/proc/self/fd/{descriptor}"))
    # A bind mount has the flags of what it binds, read-only among them.
    mount(f"/proc/self/fd/{descriptor}", path, None, BIND | RECURSIVE)
    os.close(descriptor)


def read_only(path: str) -> None:
    """Let nothing be written there. In a user namespace no other flag of a mount may be dropped."""
    kept = os.statvfs(path).f_flag & (NOSUID | NODEV | NOEXEC | NO_ACCESS_TIMES)
    relative = RELATIVE_TIMES if os.statvfs(path).f_flag & os.ST_RELATIME else 0
    mount(None, path, None, REMOUNT | BIND | READ_ONLY | kept | relative)


def place(path: Path, *, is_folder: bool) -> None:
    """Make an empty folder or file for something to be mounted on; every user may pass to it."""
    for folder in (*reversed(path.parents), *((path,) if is_folder else ())):
        if not folder.exists():
            folder.mkdir()
            folder.chmod(0o755)  # whatever the umask
    if not is_folder and not path.exists():  # it may lie in what is mounted read-only already
        path.touch()


def mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    """mount(2). Raises CannotConfine."""
    words = [None if word is None else word.encode() for word in (source, target, kind)]
    assert libc is not None
    data = None if options is None else options.encode()
    checked(libc.mount(*words, ctypes.c_ulong(flags), data), f"mount on {target}")


def give_up_capabilities(user: int | None) -> None:
    """Become `user`, if one is named, and drop every capability, now and for later.

    Raises CannotConfine where one is left: a worker must have no capability of root.
    """
    assert libc is not None
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        checked(libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "capabilities")
    checked(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "capabilities")
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header, none = struct.pack("<Ii", CAPABILITY_VERSION_3, 0), bytes(24)
    checked(libc.capset(header, none), "capabilities")
    left = {line for line in Path("/proc/self/status").read_text().splitlines() if "Cap" in line}
    if any(int(line.split()[1], 16) for line in left):
        raise CannotConfine(f"capabilities are left: {sorted(left)}")
