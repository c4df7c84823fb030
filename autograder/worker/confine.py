"""Confines the worker before any student's code runs: it gives up the network, other processes, new
namespaces and, with Landlock, the files. None of this can be undone.

seccomp(2) filters system calls, Landlock (landlock(7)) filters paths; both need no privilege. The
filter denies what an answer never needs and kernel holes have come through, and leaves the rest:
training, plotting and data loaders with processes of their own work under it.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import signal
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 38, 22
PR_SET_PARENT_DEATH_SIGNAL, PR_SET_DUMPABLE = 1, 4
PR_SET_CHILD_SUBREAPER = 36
SECCOMP_MODE_FILTER = 2
AF_UNIX, SOCK_STREAM = 1, 1
SOL_SOCKET, SO_SNDBUF, SO_RCVBUF = 1, 7, 8
DEVICES = [Path(f"/dev/{name}") for name in ("null", "urandom", "random", "full", "shm")]
SHARED_ANONYMOUS = 0x21  # MAP_SHARED | MAP_ANONYMOUS
NEW_NAMESPACES = 0x7E020080  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET} and CLONE_NEWTIME

libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None


@dataclass(frozen=True)
class Confinement:
    """The limits of a worker's rights: the level, its own user id, the paths it may still use.

    hidden: packages below a readable path that it may not read. writable: its memory-backed
    folders. namespaces: whether it has own processes, mounts and network, made by any program.
    """

    level: str
    scratch: str
    user: int | None
    readable: list[str]
    hidden: list[str] = field(default_factory=list)
    writable: list[str] = field(default_factory=list)
    namespaces: bool = False

    @property
    def has_own_user(self) -> bool:
        """Whether the worker's user runs no other processes, as the kernel counts them: those of a
        user namespace are counted on their own."""
        return self.namespaces or self.user is not None

    def as_argument(self) -> str:
        """One command-line word from which `from_argument` makes the same object."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_argument(cls, text: str) -> Confinement:
        """The object from the word that `as_argument` wrote."""
        return cls(**json.loads(text))


def confine(wanted: Confinement) -> None:
    """Confine this process as its level asks, for good. Raises CannotConfine, never half-way done
    in silence: the worker ends, and no student's code has run."""
    if wanted.level == "none":
        return
    if wanted.level == "medium":
        # PyTorch chooses its kernels by what it reads there: without it, sums round otherwise.
        machine_files = ["/proc"] if wanted.namespaces else ["/proc/cpuinfo", "/proc/meminfo"]
        folders = (*wanted.readable, *machine_files)
        writable = map(Path, (wanted.scratch, *wanted.writable))
        hidden = [Path(path).resolve() for path in wanted.hidden]
        restrict_files([Path(path) for path in folders], [*writable, *DEVICES], hidden)
        if wanted.user is not None and not wanted.namespaces:
            os.setgroups([])
            os.setresgid(wanted.user, wanted.user, wanted.user)
            os.setresuid(wanted.user, wanted.user, wanted.user)
    # In a process namespace of its own everything ends with the worker; else only its group does.
    filter_calls(new_sessions=wanted.namespaces, shared_user=not wanted.has_own_user)


def trouble(*, files: bool) -> str:
    """The reason why this kernel cannot confine a process; empty when it can."""
    try:
        machine()
    except CannotConfine as error:
        return str(error)
    return "this kernel has no Landlock" if files and not landlock_version() else ""


@dataclass(frozen=True)
class Machine:
    """Values that differ between processors: the audit name of the ABI and the call numbers.

    attributes: calls that change a file's owner, rights and times. Landlock does not restrict
    those.
    """

    audit: int
    calls: dict[str, int]
    attributes: dict[str, int]


# Numbers from the kernel's syscall tables (asm/unistd_64.h, asm-generic/unistd.h).
MACHINES = {
    "x86_64": Machine(
        0xC000003E,
        {
            "socket": 41, "clone": 56, "ptrace": 101, "setsid": 112, "setpgid": 109,
            "pivot_root": 155, "chroot": 161, "mount": 165, "umount2": 166, "swapon": 167,
            "init_module": 175, "keyctl": 250, "add_key": 248, "request_key": 249,
            "unshare": 272, "perf_event_open": 298, "name_to_handle_at": 303,
            "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310,
            "process_vm_writev": 311, "finit_module": 313, "bpf": 321, "userfaultfd": 323,
            "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
            "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsmount": 432,
            "clone3": 435, "pidfd_getfd": 438, "mount_setattr": 442,
            "mmap": 9, "shmget": 29, "msgget": 68, "memfd_create": 319, "memfd_secret": 447,
            "socketpair": 53, "setsockopt": 54, "prlimit64": 302, "sched_setaffinity": 203,
        },
        {
            "chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452, "chown": 92,
            "fchown": 93, "lchown": 94, "fchownat": 260, "setxattr": 188, "lsetxattr": 189,
            "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199,
            "utime": 132, "utimes": 235, "futimesat": 261, "utimensat": 280,
        },
    ),
    "aarch64": Machine(
        0xC00000B7,
        {
            "socket": 198, "clone": 220, "ptrace": 117, "setsid": 157, "setpgid": 154,
            "pivot_root": 41, "chroot": 51, "mount": 40, "umount2": 39, "swapon": 224,
            "init_module": 105, "keyctl": 219, "add_key": 217, "request_key": 218,
            "unshare": 97, "perf_event_open": 241, "name_to_handle_at": 264,
            "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270,
            "process_vm_writev": 271, "finit_module": 273, "bpf": 280, "userfaultfd": 282,
            "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
            "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsmount": 432,
            "clone3": 435, "pidfd_getfd": 438, "mount_setattr": 442,
            "mmap": 222, "shmget": 194, "msgget": 186, "memfd_create": 279, "memfd_secret": 447,
            "socketpair": 199, "setsockopt": 208, "prlimit64": 261, "sched_setaffinity": 122,
        },
        {
            "fchmod": 52, "fchmodat": 53, "fchmodat2": 452, "fchown": 55, "fchownat": 54,
            "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "removexattr": 14,
            "lremovexattr": 15, "fremovexattr": 16, "utimensat": 88,
        },
    ),
}  # fmt: skip


class CannotConfine(OSError):
    """This machine's kernel lacks what a level needs."""


def machine() -> Machine:
    """This machine's processor. Raises CannotConfine where its call numbers are not known."""
    if platform.system() != "Linux" or platform.machine() not in MACHINES:
        raise CannotConfine(f"no system call filter for {platform.system()} {platform.machine()}")
    return MACHINES[platform.machine()]


def checked(result: int, what: str) -> int:
    """The result of a C call, or the error that it set."""
    if result < 0:
        code = ctypes.get_errno()
        raise CannotConfine(code, f"{what}: {os.strerror(code)}")
    return result


def give_up_privileges() -> None:
    """Let no program started from here gain rights by its file."""
    assert libc is not None
    checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def end_with_parent() -> None:
    """Be killed when the process that forked this one ends. Becoming another user undoes it."""
    assert libc is not None
    checked(libc.prctl(PR_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0), "parent's end")


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, as a first process is."""
    assert libc is not None
    checked(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "orphans")


def own_files_in_proc() -> None:
    """Let this process open its own entries of /proc, which becoming another user closed to it."""
    assert libc is not None
    checked(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable")


# --- seccomp -------------------------------------------------------------------------------------

LOAD, AND, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE = 0, 4  # in struct seccomp_data, where arguments follow from 16 on
FIRST, SECOND, THIRD, FOURTH = 16, 24, 32, 40
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
REFUSE, ABSENT, PRETEND = ERROR | errno.EPERM, ERROR | errno.ENOSYS, ERROR
# Decided by their arguments; every other call of a machine is refused.
BY_ARGUMENTS = {"socket", "socketpair", "setsockopt", "clone", "clone3", "mmap"}
OF_OTHERS = {"prlimit64", "sched_setaffinity"}  # the first argument names the process


def instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One struct sock_filter."""
    return struct.pack("<HBBI", code, if_true, if_false, value)


def answer(value: int) -> bytes:
    """End the filter: allow the call, refuse it, or pretend that it was done."""
    return instruction(RETURN, value)


def for_call(number: int, *body: bytes) -> list[bytes]:
    """Run `body`, which ends with an answer, for this call only."""
    return [instruction(JUMP_EQUAL, number, if_false=len(body)), *body]


def call_filter(own: Machine, denied: Iterable[str], *, shared_user: bool = False) -> bytes:
    """The filter program. It refuses `denied`, sockets that are not streams on this machine, new
    namespaces, and shared memory without a file: it outlives its mapping, and nobody's memory then
    shows it. Larger socket buffers are not granted, though it looks so: no process's memory shows
    them either, and no answer depends on them.

    shared_user: also refuse to limit other processes, and pretend to change owners, rights and
    times of files: they may be the grader's own, and an honest copy of a file changes them too.
    """
    calls = own.calls
    program = [
        instruction(LOAD, ARCHITECTURE),
        instruction(JUMP_EQUAL, own.audit, if_true=1),
        answer(KILL),  # a 32-bit call has other numbers
        instruction(LOAD, NUMBER),
        instruction(JUMP_AT_LEAST, 0x40000000, if_false=1),
        answer(REFUSE),  # the x32 ABI of x86-64, for the same reason
    ]
    for name in denied:
        program += for_call(calls[name], answer(REFUSE))
    # clone3 hides its flags behind a pointer; without it, libc falls back to clone.
    program += for_call(calls["clone3"], answer(ABSENT))
    program += for_call(
        calls["clone"],
        instruction(LOAD, FIRST),
        instruction(JUMP_ANY_BIT, NEW_NAMESPACES, if_false=1),
        answer(REFUSE),
        answer(ALLOW),
    )
    program += for_call(
        calls["mmap"],
        instruction(LOAD, FOURTH),
        instruction(AND, SHARED_ANONYMOUS),
        instruction(JUMP_EQUAL, SHARED_ANONYMOUS, if_false=1),
        answer(REFUSE),
        answer(ALLOW),
    )
    for name in ("socket", "socketpair"):
        program += for_call(
            calls[name],
            instruction(LOAD, FIRST),
            instruction(JUMP_EQUAL, AF_UNIX, if_true=1),
            answer(REFUSE),
            instruction(LOAD, SECOND),
            instruction(AND, 0xF),  # above it are flags
            instruction(JUMP_EQUAL, SOCK_STREAM, if_true=1),
            answer(REFUSE),
            answer(ALLOW),
        )
    program += for_call(
        calls["setsockopt"],
        instruction(LOAD, SECOND),
        instruction(JUMP_EQUAL, SOL_SOCKET, if_true=1),
        answer(ALLOW),
        instruction(LOAD, THIRD),
        instruction(JUMP_EQUAL, SO_SNDBUF, if_true=2),
        instruction(JUMP_EQUAL, SO_RCVBUF, if_true=1),
        answer(ALLOW),
        answer(PRETEND),
    )
    if shared_user:
        for number in own.attributes.values():
            program += for_call(number, answer(PRETEND))
        for name in sorted(OF_OTHERS):
            program += for_call(
                calls[name],
                instruction(LOAD, FIRST),
                instruction(JUMP_EQUAL, 0, if_true=1),
                answer(REFUSE),
                answer(ALLOW),
            )
    return b"".join([*program, answer(ALLOW)])


def filter_calls(*, new_sessions: bool, shared_user: bool) -> None:
    """Install the filter in this process and all it will start.

    new_sessions: whether children may leave the process group. Where a group is all there is to
    end a worker by, they may not. shared_user: whether processes of the grader have the same user.
    """
    own = machine()
    denied = set(own.calls) - BY_ARGUMENTS - OF_OTHERS
    if new_sessions:
        denied -= {"setsid", "setpgid"}
    program = call_filter(own, sorted(denied), shared_user=shared_user)

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    assert libc is not None
    give_up_privileges()
    block = Program(len(program) // 8, program)
    checked(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(block), 0, 0), "seccomp")


# --- Landlock ------------------------------------------------------------------------------------

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, READ_FILE, READ_DIRECTORY = 1 << 0, 1 << 2, 1 << 3
READING = EXECUTE | READ_FILE | READ_DIRECTORY
RIGHTS_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}


def landlock_version() -> int:
    """The version of Landlock that the kernel offers; 0 for none."""
    if libc is None or platform.system() != "Linux":
        return 0
    return max(0, int(libc.syscall(CREATE_RULESET, None, 0, 1)))


def restrict_files(
    readable: Sequence[Path], writable: Sequence[Path], hidden: Sequence[Path] = ()
) -> None:
    """Leave this process and its children these folders and files, and no other path.

    hidden: packages below `readable` of which only the names of their files can be seen.
    """
    version = landlock_version()
    if not version:
        raise CannotConfine(errno.ENOSYS, "this kernel has no Landlock")
    assert libc is not None
    rights = RIGHTS_BY_VERSION.get(version, (1 << 16) - 1)
    # From version 4 on TCP, from 6 on signals and abstract sockets to outside are denied too.
    network, scopes = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    attributes = struct.pack("<QQQ", rights, network, scopes)[
        : 8 * (1 + (version >= 4) + (version >= 6))
    ]
    ruleset = checked(libc.syscall(CREATE_RULESET, attributes, len(attributes), 0), "landlock")
    shown = [part for path in readable for part in without(path, hidden)]
    allowed = ((readable, READ_DIRECTORY), (shown, READING), (writable, rights & ~EXECUTE))
    for paths, kinds in allowed:
        for path in paths:
            if path.exists() and (path.is_dir() or kinds != READ_DIRECTORY):
                allow_path(ruleset, path, kinds)
    give_up_privileges()
    checked(libc.syscall(RESTRICT_SELF, ruleset, 0), "landlock")
    os.close(ruleset)


def without(path: Path, hidden: Sequence[Path]) -> Iterator[Path]:
    """`path`, or where something hidden is below it, the rest of what it holds: Landlock only adds
    paths."""
    place = path.resolve()
    if place in hidden:
        return
    if not any(each.is_relative_to(place) for each in hidden):
        yield path
        return
    for entry in path.iterdir():
        yield from without(entry, hidden)


def allow_path(ruleset: int, path: Path, rights: int) -> None:
    """Add one folder or file to a ruleset."""
    assert libc is not None
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not path.is_dir():
            rights &= EXECUTE | READ_FILE | 1 << 1 | 1 << 14  # what applies to a single file
        rule = struct.pack("<Qi", rights, descriptor)
        checked(libc.syscall(ADD_RULE, ruleset, 1, rule, 0), f"landlock, {path}")
    finally:
        os.close(descriptor)
