"""Messages on a socket: in pieces, too late, cut off, or announced larger than allowed."""

import socket
import threading
import tracemalloc

import pytest
import torch

from autograder.errors import Malformed, Timeout
from autograder.worker.protocol import (
    MAGIC,
    MAX_HEADER,
    MAX_PAYLOAD,
    PREFIX,
    Channel,
    Message,
    encode,
)


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel(ours), theirs


def sent_from_a_thread(connection, *chunks):
    def send():
        for chunk in chunks:
            connection.sendall(chunk)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread


def test_a_large_message_crosses_a_socket_both_ways(ends):
    channel, theirs = ends
    other = Channel(theirs)
    images = torch.rand(64, 1, 64, 64)  # 1 MB: more than a socket holds
    thread = threading.Thread(target=lambda: other.send(other.receive(10), 10), daemon=True)
    thread.start()
    channel.send(Message({"do": "echo"}, [images]), 10)
    got = channel.receive(10)
    thread.join(10)
    assert got.header == {"do": "echo"}
    assert torch.equal(got.tensors[0], images)


def test_a_message_may_come_in_single_bytes(ends):
    channel, theirs = ends
    frame = encode(Message({"r": 1}, [torch.tensor([1.5])]))
    sent_from_a_thread(theirs, *(frame[i : i + 1] for i in range(len(frame))))
    assert channel.receive(10).tensors[0].item() == 1.5


def test_nothing_in_time_is_a_timeout(ends):
    channel, theirs = ends
    with pytest.raises(Timeout):
        channel.receive(0.05)
    theirs.sendall(encode(Message({"r": 1}))[:-1])  # all but the last byte
    with pytest.raises(Timeout):
        channel.receive(0.05)


def test_a_reader_who_does_not_read_is_a_timeout(ends):
    channel, _ = ends
    with pytest.raises(Timeout):
        channel.send(Message({}, [torch.zeros(2 << 20)]), 0.1)


def test_an_end_in_the_middle_is_an_end_of_file(ends):
    channel, theirs = ends
    theirs.sendall(encode(Message({"r": 1}))[:-3])
    theirs.close()
    with pytest.raises(EOFError):
        channel.receive(1)
    with pytest.raises(EOFError):
        channel.send(Message({"r": 1}), 1)


@pytest.mark.parametrize(
    "prefix",
    [
        b"HTTP/1.1 200 OK\n",
        PREFIX.pack(MAGIC, MAX_HEADER + 1, 0),
        PREFIX.pack(MAGIC, 2**32 - 1, 0),
        PREFIX.pack(MAGIC, 2, MAX_PAYLOAD + 1),
        PREFIX.pack(MAGIC, 2, 2**64 - 1),
        b"\0" * PREFIX.size,
    ],
    ids=["http", "header", "largest header", "payload", "largest payload", "zeros"],
)
def test_a_prefix_that_lies_is_malformed_at_once(ends, prefix):
    channel, theirs = ends
    theirs.sendall(prefix)
    with pytest.raises(Malformed):
        channel.receive(5)


def test_memory_grows_with_what_arrives_not_with_what_is_announced(ends):
    channel, theirs = ends
    theirs.sendall(PREFIX.pack(MAGIC, MAX_HEADER, MAX_PAYLOAD) + b"x" * 1000)
    tracemalloc.start()
    with pytest.raises(Timeout):
        channel.receive(0.1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20  # one read's buffer, not the 516 MB announced
