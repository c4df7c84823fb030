"""A worker that ends, hangs or sends garbage: a fault, and a new worker for the next call."""

import os
import signal
import time
from pathlib import Path

import pytest

from autograder.errors import Crash, Limit, Malformed, Timeout


@pytest.mark.parametrize(
    ("name", "arguments", "fault"),
    [
        ("vanish", (), Crash),
        ("close_it", (), Crash),
        ("crash", (), Crash),
        ("die", (int(signal.SIGKILL),), Limit),
    ],
)
def test_a_process_that_ends_is_a_fault_and_the_next_call_has_another(
    shown, name, arguments, fault
):
    order = shown.call("order")
    with pytest.raises(fault) as caught:
        shown.call(name, *arguments)
    assert type(caught.value) is fault
    assert shown.call("add", 1) == 2
    assert shown.call("order") == order  # sets are walked in the same order in every run


def test_garbage_on_the_socket_is_malformed(shown):
    with pytest.raises(Malformed):
        shown.call("garbage")
    assert shown.call("add", 1) == 2


def running(process: int) -> bool:
    """Whether a process exists and has not ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_an_endless_loop_ends_in_time_and_leaves_nothing_behind(shown):
    child, worker = shown.call("spawn"), shown.call("process")
    scratch = shown.transport.box.scratch
    assert running(child)
    assert running(worker)
    assert scratch.is_dir()
    start = time.monotonic()
    with pytest.raises(Timeout, match="within 1 seconds"):
        shown.call("loop", seconds=1)
    assert time.monotonic() - start < 30  # the judge's clock ended it, not the 60 s of the limits
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert not running(child)
    assert not scratch.exists()
    assert shown.call("add", 1) == 2
