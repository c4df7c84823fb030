"""The limits of one submission over all its calls, and the messages to the student."""

import contextlib
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from autograder import installed, sandbox
from autograder.errors import Limit, Timeout
from autograder.handin.submission import Submission
from autograder.sandbox.watch import PROC, Reading, Vanished, Watch, tree_cpu
from autograder.student import student_in_worker
from autograder.student.transport import REPLY_BYTES
from autograder.worker.cells import Cell
from autograder.worker.limits import Limits

CODE = '''
import os, signal, socket, time
import torch

def add(number):
    return number + 1

def sleep(seconds):
    time.sleep(seconds)

def burn(children):
    for _ in range(children):
        if os.fork() == 0:
            begin = time.process_time()
            while time.process_time() - begin < 60:
                pass
            os._exit(0)
    time.sleep(60)

def large(megabytes):
    return torch.zeros(megabytes << 18)

def double(images):
    return images.double()

def hide(children):
    """Compute in children that nobody waits for."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in range(children):
        if os.fork() == 0:
            end = time.process_time() + 0.5
            while time.process_time() < end:
                pass
            os._exit(0)
    time.sleep(60)


def files(count):
    os.mkdir("many")
    for number in range(count):
        open(f"many/{number}", "w").close()
    time.sleep(60)


def sockets():
    """What comes of asking for larger buffers, and for other kinds of sockets."""
    pair = socket.socketpair()
    before = pair[0].getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
    found = {"larger": pair[0].getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) > before}
    for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        try:
            socket.socketpair(socket.AF_UNIX, kind)
        except PermissionError:
            continue
        found[str(kind)] = True
    return found


def full():
    """Hold many sockets, which no process is seen to hold the memory of."""
    for _ in range(10):
        if os.fork() == 0:
            kept = [socket.socketpair() for _ in range(110)]
            time.sleep(60)
    time.sleep(60)
'''
NAMES = ["add", "sleep", "burn", "large", "double", "hide", "files", "sockets", "full"]
needs_isolation = pytest.mark.skipif(
    sandbox.strongest_level() == "none", reason="nothing to isolate with"
)
needs_proc = pytest.mark.skipif(not PROC.is_dir(), reason="needs /proc")


@contextlib.contextmanager
def student(**limits):
    read = Submission(Path("a.py"), [Cell("a.py", CODE)], "")
    level = sandbox.strongest_level()
    made = student_in_worker(read, NAMES, level, Limits(**limits), public=True)
    with contextlib.closing(made):
        yield made


def test_all_calls_together_have_a_time_and_what_comes_after_is_not_called():
    with student(total_seconds=3.0) as one:
        assert one.call("add", 1) == 2
        one.call("sleep", 0.5)
        with pytest.raises(Timeout, match="used up") as caught:
            one.call("sleep", 60)
        assert "all answers within 0.05 minutes" in caught.value.expected
        assert one.transport.box is None
        with pytest.raises(Timeout, match="used up"):
            one.call("add", 1)
        assert one.transport.box is None  # no worker is started any more


@needs_proc
def test_computing_is_counted_over_all_processes():
    with student(total_cpu_seconds=4.0) as one:
        begin = time.monotonic()
        with pytest.raises(Timeout, match="used up"):
            one.call("burn", 3, seconds=60)
        assert time.monotonic() - begin < 55
        with pytest.raises(Timeout, match="used up"):
            one.call("add", 1)


@needs_proc
def test_computing_of_children_that_nobody_waits_for_is_counted():
    with student(total_cpu_seconds=3.0) as one:
        with pytest.raises(Timeout, match="used up"):
            one.call("hide", 16, seconds=60)
        with pytest.raises(Timeout, match="used up"):
            one.call("add", 1)


@needs_proc
def test_a_child_that_was_waited_for_counts_once_and_another_as_it_was_last_seen():
    parent = Reading(Path("/proc/1"), "7", own=1.0, waited=2.0)
    child = Reading(Path("/proc/2"), "8", own=0.5, waited=0.0)
    gone = Vanished(parent, elapsed=0.2)
    gone.add(child)
    waited, other = replace(parent, waited=2.5), replace(parent, started="9", waited=0.0)
    assert gone.hidden(waited, ignored=False) == 0
    assert gone.hidden(parent, ignored=False) == 0.5
    assert gone.hidden(other, ignored=False) == gone.hidden(None, ignored=True) == 0
    short = Vanished(parent, elapsed=0.2)
    short.add(replace(child, own=0.0))
    assert (short.hidden(parent, ignored=False), short.hidden(parent, ignored=True)) == (0, 0.2)


@needs_isolation
def test_empty_files_are_counted():
    with student(files=500) as one, pytest.raises(Limit, match="at most 500 files"):
        one.call("files", 2_000)


@needs_isolation
def test_socket_buffers_cannot_grow_and_count_as_memory():
    with student(memory_bytes=800 << 20) as one:
        assert one.call("sockets") == {"larger": False}
        with pytest.raises(Limit, match="of memory"):
            one.call("full")


@needs_proc
def test_time_computed_in_a_lost_worker_counts_on():
    with student(call_seconds=1.0, total_cpu_seconds=3.0) as one:
        told = []
        for _ in range(20):
            with pytest.raises(Timeout) as caught:
                one.call("burn", 1)
            told.append(caught.value.got)
        assert told[0] == "none"
        assert "used up" in told[-1]


@needs_proc
def test_too_little_time_to_start_a_worker_is_time_used_up_and_no_fault_of_the_grader():
    with student(total_cpu_seconds=60.0) as one:
        one.transport.close()
        one.transport.preloaded = False  # so that it computes while it starts
        one.transport.computed = 59.95
        with pytest.raises(Timeout, match="used up"):
            one.call("add", 1)


def test_an_answer_far_larger_than_the_question_is_refused_in_words():
    with student() as one:
        with pytest.raises(Limit, match=r"at most 64 MB.*one of 80 MB"):
            one.call("large", 80)
        assert one.call("add", 1) == 2
        assert len(one.call("large", 8)) == 8 << 18


def test_an_answer_in_float64_may_be_as_large_as_any_question():
    images = torch.zeros((REPLY_BYTES >> 2) + 1)
    with student() as one:
        assert one.call("double", images).dtype == torch.float64


def test_the_page_names_the_limits():
    page, limits = (installed.ROOT / "site" / "grading.md").read_text(encoding="utf-8"), Limits()
    for words in (
        f"{limits.memory_bytes >> 30} GB",
        f"{limits.files:,}, in folders of {limits.folder_bytes >> 20} MB",
        f"more than {limits.most_files:,}",
        f"| processes | {limits.processes} |",
        f"| computing time | {limits.total_cpu_seconds / 60:g} minutes |",
        f"together ({limits.total_seconds / 60:g} minutes)",
    ):
        assert words in " ".join(page.split()), words


@needs_proc
def test_a_watch_that_was_ended_stops_nothing():
    stopped = []
    none = Limits(memory_bytes=0, total_cpu_seconds=0.0)
    watch = Watch(os.getpid(), none, lambda members: 0, lambda: stopped.append(True))
    watch.end()
    time.sleep(0.5)
    assert stopped == []
    many = Watch(os.getpid(), Limits(processes=-10), lambda members: 0, lambda: None)
    many.end()
    assert many.exceeded() == "processes"
    assert tree_cpu(os.getpid()) > 0
