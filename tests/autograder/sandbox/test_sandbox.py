"""The reach of a student's code at each isolation level, tried from inside it."""

import contextlib
import math
import os
import socket
import subprocess
from pathlib import Path

import pytest

from autograder import checks, sandbox
from autograder.errors import Limit
from autograder.handin.submission import Submission
from autograder.sandbox import box, bubblewrap, doctor, remedies, separate, users
from autograder.sandbox.levels import closed_folder
from autograder.sandbox.watch import PROC, runs
from autograder.student import student_in_worker
from autograder.worker.cells import Cell
from autograder.worker.limits import Limits

ATTEMPTS = '''
import ctypes, os, socket, subprocess, urllib.request

def tried(action):
    """What came of an action: "done" or the name of the error."""
    try:
        value = action()
    except BaseException as error:
        return type(error).__name__
    return "refused" if value == -1 else "done"

def attempts(host_file, checks, judge_process, port):
    libc = ctypes.CDLL(None)
    return {
        "read a file of the host": tried(lambda: open(host_file).read()),
        "read the checks": tried(lambda: open(checks).read()),
        "read the password hashes": tried(lambda: open("/etc/shadow").read()),
        "write beside the interpreter": tried(lambda: open(os.__file__, "a")),
        "connect to a server": tried(lambda: socket.create_connection(("127.0.0.1", port), 2)),
        "open a UDP socket": tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
        "open a VSOCK socket": tried(lambda: socket.socket(40, socket.SOCK_STREAM)),
        "make a namespace": tried(lambda: libc.unshare(0x10000000)),
        "trace a process": tried(lambda: libc.ptrace(16, judge_process, 0, 0)),
        "read the judge's memory": tried(lambda: open(f"/proc/{judge_process}/mem", "rb")),
        "signal the judge": tried(lambda: os.kill(judge_process, 0)),
    }

def leave():
    """Leave a file in every folder that can be written to; tell where."""
    left = []
    for folder, folders, _ in os.walk("/"):
        folders[:] = [name for name in folders if folder != "/" or name not in ("proc", "usr")]
        try:
            with open(os.path.join(folder, "left-behind"), "w") as file:
                file.write("answers")
        except OSError:
            continue
        left.append(folder)
    return left

def found():
    """The files that another worker left."""
    return [
        folder for folder, folders, files in os.walk("/") if "left-behind" in files
    ]

def rights():
    """Capabilities, user, groups, processes and open files of this worker, as the kernel has it."""
    with open("/proc/self/status") as file:
        fields = dict(line.strip().split(":", 1) for line in file)
    descriptors = [os.readlink(f"/proc/self/fd/{n}") for n in range(3, 64)
                   if os.path.exists(f"/proc/self/fd/{n}")]
    return {
        "capabilities": [int(value, 16) for name, value in fields.items() if name[:3] == "Cap"],
        "no_new_privs": int(fields["NoNewPrivs"]),
        "seccomp": int(fields["Seccomp"]),
        "groups": fields["Groups"].split(),
        "user": os.getuid(),
        "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
        "sockets": sum("socket" in name for name in descriptors),
        "open": len([name for name in descriptors if "null" not in name and "/proc" not in name]),
        "host": socket.gethostname(),
    }

def draws():
    """What the global random states give, and the order of a set of words."""
    import random, numpy, torch
    numbers = [random.random(), float(numpy.random.rand()), float(torch.rand(()))]
    return [*numbers, list({"alpha", "beta", "gamma", "delta", "epsilon"})]

first_draws = draws()

def drawn():
    return first_draws + draws()

def change(value):
    """Change what a sibling would see if it shared its parent's memory for writing."""
    import math, os, torch
    math.pi = torch.pi = value
    os.environ["LEFT"] = str(value)
    torch.nn.ReLU.forward = lambda self, x: x * value
    return [math.pi, torch.pi]

def changed():
    import math, os, torch
    return [math.pi, torch.pi, os.environ.get("LEFT", ""), float(torch.nn.ReLU()(torch.ones(())))]

def allowed():
    import torch
    from torch.utils.data import DataLoader, TensorDataset
    with open("notes.txt", "w") as file:
        file.write("scratch")
    assert subprocess.run(["ls"], capture_output=True).returncode == 0
    images = TensorDataset(torch.ones(8, 3))
    return sum(len(batch) for (batch,) in DataLoader(images, batch_size=2, num_workers=2))

def forks():
    count = 0
    try:
        while count < 400:
            if os.fork() == 0:
                import time
                time.sleep(30)
                os._exit(0)
            count += 1
    except OSError:
        pass
    return count

def hog():
    import time
    for _ in range(4):
        if os.fork() == 0:
            block = bytearray(300 << 20)
            for start in range(0, len(block), 4096):
                block[start] = 1
            time.sleep(30)
            os._exit(0)
    time.sleep(20)
'''
NAMES = ["attempts", "allowed", "forks", "hog", "leave", "found", "rights", "drawn", "change"]
NAMES += ["changed"]


def ways(*levels):
    """Each level, with workers forked from a parent and started cold. Medium also without its own
    namespaces, where the interpreter is open to the worker's user."""
    found = []
    for level in levels:
        needs = pytest.mark.skipif(bool(sandbox.trouble(level)), reason=sandbox.trouble(level))
        found += [pytest.param((level, way), marks=needs) for way in ("preloaded", "cold")]
    if "medium" in levels and not (os.geteuid() == 0 and closed_folder()):
        found.append(pytest.param(("medium", "alone"), marks=needs))
    return found


@pytest.fixture(params=ways("strong", "medium"), ids="-".join)
def level(request, monkeypatch):
    return chosen(request, monkeypatch)


@pytest.fixture(params=ways("strong"), ids="-".join)
def strong(request, monkeypatch):
    return chosen(request, monkeypatch)


def chosen(request, monkeypatch):
    """The level; its workers are started in the requested way."""
    level, way = request.param
    if way == "alone":
        monkeypatch.setattr(separate, "trouble", lambda: "tried without")
    if way != "preloaded":
        monkeypatch.setattr(box, "LEVELS_PRELOADED", ())
    return level


@contextlib.contextmanager
def student_at(level, limits=None):
    read = Submission(Path("a.py"), [Cell("a.py", ATTEMPTS)], "")
    student = student_in_worker(read, NAMES, level, limits or Limits(), public=True)
    with contextlib.closing(student):
        yield student


def test_nothing_outside_the_box_can_be_reached(level, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden labels")
    secret.chmod(0o644)
    with socket.create_server(("127.0.0.1", 0)) as server, student_at(level) as student:
        found = student.call(
            "attempts", str(secret), checks.__file__, os.getpid(), server.getsockname()[1]
        )
    reached = [name for name, outcome in found.items() if outcome == "done"]
    assert reached == []


def test_an_honest_answer_finds_what_it_needs(level):
    with student_at(level) as student:
        assert student.call("allowed") == 8


def test_a_fork_bomb_stays_in_its_box_and_leaves_nothing(strong):
    with student_at(strong) as student:
        assert student.call("forks") < 100
        user = users.worker_user()
        box = student.transport.box
    assert box.process.poll() is not None
    if user is not None:
        left = subprocess.run(["pgrep", "-u", str(user)], capture_output=True, check=False)
        # One that has ended may wait for a container's first process, which collects none.
        assert [pid for pid in left.stdout.decode().split() if runs(PROC / pid)] == []


def test_the_memory_of_the_whole_tree_is_limited(level):
    with (
        student_at(level, Limits(memory_bytes=1 << 30)) as student,
        pytest.raises(Limit, match="at most 1 GB of memory"),
    ):
        student.call("hog")


def test_a_worker_holds_no_right_and_sees_nobody(strong):
    with student_at(strong) as student:
        rights = student.call("rights")
    assert rights["capabilities"] == [0] * 5
    assert (rights["no_new_privs"], rights["seccomp"]) == (1, 2)
    assert rights["groups"] in ([], ["65534"])  # an unmapped group belongs to nobody
    assert rights["user"] != 0
    assert rights["processes"] == [1, 2]  # itself, and the process that waits for it
    assert (rights["sockets"], rights["open"]) == (1, 1)
    assert rights["host"] == "box"


def test_what_a_worker_writes_the_next_does_not_find(strong):
    with student_at(strong) as student:
        assert set(student.call("leave")) == {"/scratch", "/tmp", "/dev/shm"}
        assert set(student.call("found")) == {"/scratch", "/tmp", "/dev/shm"}
        with student_at(strong) as other:  # side by side, from one parent
            assert other.call("found") == []
        student.call("change", 7.0)
    with student_at(strong) as student:
        assert student.call("found") == []
        before = student.call("changed")
    assert before == [math.pi, math.pi, "", 1.0]


def test_a_worker_draws_the_same_numbers_however_it_is_started(level, monkeypatch):
    with student_at(level) as student:
        drawn = student.call("drawn")
    monkeypatch.setattr(box, "LEVELS_PRELOADED", ())
    with student_at(level) as student:
        assert student.call("drawn") == drawn


@pytest.mark.skipif(bool(sandbox.trouble("strong")), reason=sandbox.trouble("strong"))
def test_an_interpreter_below_the_temporary_folder_is_found(tmp_path, monkeypatch):
    """A clone in /tmp was graded without isolation: the box's own /tmp hid its interpreter."""
    file = Path("/tmp/autograder-test-readable")
    file.write_text("here")
    monkeypatch.setattr(bubblewrap, "readable", lambda: iter([*usual, file]))
    try:
        command = bubblewrap.command(Path("/scratch"), None, ["cat", str(file)])
        shown = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        file.unlink()
    assert shown.stdout == "here"


usual = list(bubblewrap.readable())


def test_every_remedy_names_what_to_do():
    for probe in doctor.probes():
        assert probe.passed or probe.remedy or probe.found, probe
    assert "apt install bubblewrap" in remedies.bubblewrap_remedy("bubblewrap is not installed")
    denied = "bwrap: setting up uid map: Permission denied"
    assert "apparmor" in remedies.bubblewrap_remedy(denied)


def test_what_is_missing_comes_right_after_the_level():
    passed = [probe.passed for probe in doctor.probes()[1:]]
    assert passed == sorted(passed)


def test_grading_without_isolation_is_said_in_a_box_with_the_remedies(monkeypatch):
    troubles = {
        "strong": "bubblewrap is not installed",
        "medium": "/root is closed to other users, and nothing can be mounted",
    }
    monkeypatch.setattr(remedies.levels, "trouble", lambda level: troubles.get(level, ""))
    box_shown = sandbox.notice("none")
    assert {len(line) for line in box_shown.splitlines()} == {remedies.WIDTH}
    for words in ("WITHOUT ISOLATION", "apt install bubblewrap", "/root", "venv /opt/course"):
        assert words in box_shown
    assert "/root" not in sandbox.notice("medium")
    assert sandbox.notice("strong") == ""


def test_the_strongest_level_is_one_that_works():
    level = sandbox.strongest_level()
    assert not sandbox.trouble(level)
    stronger = sandbox.LEVELS[: sandbox.LEVELS.index(level)]
    assert all(sandbox.trouble(better) for better in stronger)
