"""What one submission may use of the machine, over all its calls, and what a student is told."""

import contextlib
import os
import time
from pathlib import Path

import pytest
import torch

from autograder import sandbox
from autograder.errors import Limit, Timeout
from autograder.handin.submission import Submission
from autograder.sandbox.watch import PROC, Watch, tree_cpu
from autograder.student import student_in_worker
from autograder.student.transport import REPLY_BYTES
from autograder.worker.cells import Cell
from autograder.worker.limits import Limits

CODE = """
import os, time
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
"""
NAMES = ["add", "sleep", "burn", "large", "double"]
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


@needs_proc
def test_a_watch_that_was_ended_stops_nothing():
    stopped = []
    none = Limits(memory_bytes=0, total_cpu_seconds=0.0)
    watch = Watch(os.getpid(), none, lambda members: 0, lambda: stopped.append(True))
    watch.end()
    time.sleep(0.5)
    assert stopped == []
    assert tree_cpu(os.getpid()) > 0
