"""A call is late by the time that the worker had, not by that which other programs took from it."""

import socket
from types import SimpleNamespace

import pytest

from autograder.errors import Timeout
from autograder.sandbox.watch import Queue
from autograder.student.transport import PATIENCE, OwnTime
from autograder.worker.protocol import Channel


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on by a quarter of a second whenever somebody waits."""
    now = SimpleNamespace(seconds=0.0, queued=0.0, share=0.0)

    def wait(channel, seconds):
        now.seconds += 0.25
        now.queued += 0.25 * now.share
        return False

    monkeypatch.setattr("time.monotonic", lambda: now.seconds)
    monkeypatch.setattr(Channel, "answered", wait)
    return now


def waited(clock, allowed):
    """How long a worker that never answers is waited for."""
    ours, theirs = socket.socketpair()
    box = SimpleNamespace(queued_seconds=lambda: clock.queued)
    with ours, theirs, pytest.raises(Timeout):
        OwnTime(box).await_answer(Channel(ours), allowed)
    return clock.seconds


def test_on_a_quiet_machine_the_limit_is_what_it_says(clock):
    assert waited(clock, 2) == 2


def test_time_without_a_processor_does_not_count(clock):
    clock.share = 0.5
    assert waited(clock, 2) == 4


def test_but_for_some_times_the_limit_at_most(clock):
    clock.share = 1
    assert waited(clock, 2) == 2 * PATIENCE


def test_the_queue_of_a_tree_keeps_what_ended_processes_have_waited(tmp_path):
    queue, entries = Queue(), [tmp_path / "1", tmp_path / "2"]
    for entry, seconds in zip(entries, (1, 2), strict=True):
        entry.mkdir()
        (entry / "schedstat").write_text(f"5 {seconds}000000000 7\n")
    queue.read(entries)
    (entries[0] / "schedstat").write_text("5 1500000000 9\n")
    queue.read(entries[:1])
    queue.read([tmp_path / "has no such file"])
    assert queue.seconds == 3.5
