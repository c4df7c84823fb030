"""The kernel limits a worker with all it starts, where control groups are delegated.

`systemd-run --user --scope -p Delegate=yes pytest tests/autograder/sandbox` runs them all.
"""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder import sandbox
from autograder.errors import GraderFault, Limit
from autograder.handin.submission import Submission
from autograder.sandbox import cgroup
from autograder.student import student_in_worker
from autograder.worker.cells import Cell
from autograder.worker.limits import Limits

CODE = """
import os, time

def add(number):
    return number + 1

def fill(megabytes):
    with open("/dev/shm/files-in-memory", "wb") as file:
        for _ in range(megabytes):
            file.write(bytes(1 << 20))
    return 1

def hold(children, megabytes):
    for _ in range(children):
        if os.fork() == 0:
            kept = os.urandom(megabytes << 20)
            time.sleep(60)
    time.sleep(60)

def breed(most):
    children = []
    try:
        for _ in range(most):
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            children.append(child)
    except OSError:
        pass
    for child in children:
        os.kill(child, 9)
    return len(children)

def escape():
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        for number in range(3, 200):
            try:
                os.close(number)
            except OSError:
                pass
        time.sleep(600)
        os._exit(0)
    return 1
"""
NAMES = ["add", "fill", "hold", "breed", "escape"]
MEMORY = 200 << 20
delegated = pytest.mark.skipif(bool(cgroup.trouble()), reason=cgroup.trouble() or "delegated")
WAYS = [
    pytest.param(level, preloaded, id=f"{level}-{'preloaded' if preloaded else 'cold'}")
    for level in sandbox.LEVELS
    for preloaded in (True, False)
    if not sandbox.trouble(level) and not (level == "none" and preloaded)
]


@contextlib.contextmanager
def student(level, preloaded, monkeypatch, **limits):
    """A student in a worker, and the list of the boxes it has had."""
    boxes = []

    def launch(*arguments, **options):
        boxes.append(sandbox.launch(*arguments, **options))
        return boxes[-1]

    monkeypatch.setattr("autograder.student.transport.launch", launch)
    read = Submission(Path("a.py"), [Cell("a.py", CODE)], "")
    one = student_in_worker(read, NAMES, level, Limits(**limits), public=True, preloaded=preloaded)
    with contextlib.closing(one):
        yield one, boxes


def groups():
    """The remaining groups of this process's workers."""
    return list(cgroup.home().glob(f"{cgroup.PREFIX}{os.getpid()}-*"))


@delegated
@pytest.mark.parametrize(("level", "preloaded"), WAYS)
def test_files_in_memory_count_and_the_next_call_finds_a_new_worker(level, preloaded, monkeypatch):
    if level == "medium":
        pytest.skip("no folder in memory can be written to")
    with student(level, preloaded, monkeypatch, memory_bytes=MEMORY, file_bytes=1 << 30) as (
        one,
        boxes,
    ):
        with pytest.raises(Limit, match="held more, and were ended"):
            one.call("fill", 250)
        assert boxes[0].watch.reason == ""  # the watch cannot see them: it was the kernel
        Path("/dev/shm/files-in-memory").unlink(missing_ok=True)  # made at level none
        assert one.call("add", 1) == 2
        assert len(groups()) == 1
    assert groups() == []


@delegated
@pytest.mark.parametrize(("level", "preloaded"), WAYS)
def test_memory_counts_over_all_processes(level, preloaded, monkeypatch):
    with student(level, preloaded, monkeypatch, memory_bytes=MEMORY) as (one, _):
        with pytest.raises(Limit, match="held more, and were ended"):
            one.call("hold", 4, 60)
        assert one.call("add", 1) == 2
    assert groups() == []


@delegated
@pytest.mark.parametrize(("level", "preloaded"), WAYS)
def test_processes_are_counted_for_the_worker_alone(level, preloaded, monkeypatch):
    with student(level, preloaded, monkeypatch, processes=30) as (one, _):
        assert 10 < one.call("breed", 60) < 30
        assert one.call("add", 1) == 2


@delegated
@pytest.mark.parametrize(("level", "preloaded"), WAYS)
def test_what_left_its_process_group_ends_with_the_worker(level, preloaded, monkeypatch):
    with student(level, preloaded, monkeypatch) as (one, boxes):
        assert one.call("escape") == 1
        inside = boxes[0].group.path / "cgroup.procs"
        before = inside.read_text().split()
        assert len(before) >= 2
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{process}").exists() for process in before):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert groups() == []


@delegated
def test_the_groups_of_a_killed_grader_are_taken_away():
    left = cgroup.home() / f"{cgroup.PREFIX}4194305-left"  # above any process id
    left.mkdir()
    subprocess.run(
        [sys.executable, "-c", "from autograder.sandbox import cgroup; cgroup.home()"], check=True
    )
    assert not left.exists()


@delegated
def test_a_process_that_a_grader_starts_uses_the_same_part_of_the_tree():
    found = subprocess.run(
        [sys.executable, "-c", "from autograder.sandbox import cgroup; print(cgroup.home())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == str(cgroup.home())


MOUNTS = """25 30 0:23 / /sys rw,nosuid - sysfs sysfs rw
33 25 0:28 {root} /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
"""


@pytest.mark.parametrize(
    ("groups", "root", "folder"),
    [
        ("0::/\n", "/", "/sys/fs/cgroup"),
        ("0::/user.slice/run-1.scope\n", "/", "/sys/fs/cgroup/user.slice/run-1.scope"),
        ("4:memory:/box\n0::/user.slice\n", "/", "/sys/fs/cgroup/user.slice"),
        ("0::/pod/box\n", "/pod", "/sys/fs/cgroup/box"),
    ],
)
def test_the_own_group_is_found(groups, root, folder):
    found = cgroup.folders(groups, MOUNTS.format(root=root))
    assert found == (Path(folder), Path("/sys/fs/cgroup"))


@pytest.mark.parametrize(
    ("groups", "mounts"),
    [
        ("0::/\n", "25 30 0:23 / /sys rw,nosuid - sysfs sysfs rw\n"),
        ("4:memory:/box\n", MOUNTS.format(root="/")),
        ("0::/elsewhere\n", MOUNTS.format(root="/pod")),
    ],
)
def test_where_there_is_no_group_it_is_said(groups, mounts):
    with pytest.raises(OSError, match="no control groups, version 2"):
        cgroup.folders(groups, mounts)


def test_a_folder_that_nobody_marked_is_not_delegated(tmp_path):
    assert not cgroup.is_delegated(tmp_path)


def test_grading_goes_on_where_no_group_can_be_had(monkeypatch):
    monkeypatch.setattr(cgroup, "trouble", lambda: "not here")
    with student(sandbox.strongest_level(), True, monkeypatch) as (one, boxes):
        assert one.call("add", 1) == 2
        assert boxes[0].group is None


def test_a_group_that_cannot_be_made_is_the_graders_fault(monkeypatch):
    def make(limits):
        raise OSError("the tree is full")

    monkeypatch.setattr(cgroup, "trouble", lambda: "")
    monkeypatch.setattr(cgroup, "make", make)
    with (
        pytest.raises(GraderFault, match="the tree is full"),
        student(sandbox.strongest_level(), True, monkeypatch),
    ):
        pass
