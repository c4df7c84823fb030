"""Bytes between judge and worker: a JSON header with a length before it, then raw tensor bytes.

A frame is `magic, header length, payload length`, the header as UTF-8 JSON, and the payload: the
tensors of the message one after the other, little-endian, in the dtype and shape that the header
names. Nothing else is sent: no pickle, no code, no object. A reader trusts none of it. It checks
lengths, dtypes, shapes and values against fixed limits before it takes memory, and every fault in
decoding is `Malformed`, whatever its cause.
"""

from __future__ import annotations

import json
import math
import selectors
import socket
import struct
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from autograder.errors import Limit, Malformed, Timeout

MAGIC = b"ACG1"
PREFIX = struct.Struct("<4sIQ")
MAX_HEADER = 4 << 20
MAX_PAYLOAD = 512 << 20
MAX_TENSORS = 64
MAX_RANK = 8
MAX_DEPTH = 12
CHUNK = 1 << 20

# The allow-list: a dtype that is not here does not cross.
DTYPES: dict[str, torch.dtype] = {
    "float32": torch.float32,
    "float64": torch.float64,
    "int64": torch.int64,
    "int32": torch.int32,
    "uint8": torch.uint8,
    "bool": torch.bool,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


# Names that the worker, not the student, gives to a value that cannot cross.
TOO_DEEP = "something nested too deep"
TOO_MANY = "too many tensors"
TOO_LONG = "an integer of more than 64 bits"
REASONS = (TOO_DEEP, TOO_MANY, TOO_LONG)


@dataclass
class Message:
    """One frame: a header of plain JSON values and the tensors it refers to by index."""

    header: dict[str, Any]
    tensors: list[Tensor] = field(default_factory=list)


# --- values inside a header ----------------------------------------------------------------------


@dataclass(frozen=True)
class Ref:
    """An object that stays in the worker; messages refer to it by name."""

    name: str


@dataclass(frozen=True)
class Opaque:
    """A value that cannot cross, known only by the name of its type."""

    type_name: str


def pack(value: Any, tensors: list[Tensor], depth: int = 0) -> Any:
    """Turn `value` into JSON, moving its tensors to `tensors`; what cannot cross becomes Opaque.

    A mapping of any type crosses as a dictionary. All other types must match exactly: a subclass of
    a tensor or list could run its own methods.
    """
    if depth > MAX_DEPTH:
        return {"$opaque": TOO_DEEP}
    if value is None or type(value) in (bool, str):
        return value
    if type(value) is int:
        return value if fits(value) else {"$opaque": TOO_LONG}
    if isinstance(value, float):  # numpy.float64 is a float too, and only its value crosses
        return float(value)
    if isinstance(value, Ref):
        return {"$ref": value.name}
    if type(value) in (Tensor, torch.nn.Parameter) and sendable(value):
        if len(tensors) >= MAX_TENSORS:
            return {"$opaque": TOO_MANY}
        tensors.append(value)
        return {"$tensor": len(tensors) - 1}
    if type(value) in (list, tuple, torch.Size):
        return [pack(item, tensors, depth + 1) for item in value]
    if isinstance(value, Mapping) and all(type(key) is str for key in value):
        return {"$dict": {key: pack(value[key], tensors, depth + 1) for key in value}}
    return {"$opaque": describe(value)}


def fits(value: int) -> bool:
    """Whether an integer fits 64 bits: a larger one cannot even be compared with a float."""
    return -(2**63) <= value < 2**63


def sendable(tensor: Tensor) -> bool:
    """Whether a tensor's bytes can be sent: an allowed dtype, dense, and not too many of them."""
    return (
        tensor.dtype in NAMES
        and tensor.layout is torch.strided
        and not tensor.is_meta
        and tensor.dim() <= MAX_RANK
        and tensor.numel() * tensor.element_size() <= MAX_PAYLOAD
    )


def describe(value: Any) -> str:
    """The type of a value in words, without asking the value."""
    if type(value) is Tensor:
        return f"a tensor of {str(value.dtype).removeprefix('torch.')}"
    return str(getattr(type(value), "__name__", "object"))[:60]


def unpack(value: Any, tensors: list[Tensor], depth: int = 0) -> Any:
    """The inverse of `pack`; raises Malformed for anything `pack` cannot have written."""
    if depth > 2 * MAX_DEPTH:
        raise malformed("a value nested too deep")
    if value is None or isinstance(value, bool | float | str):
        return value
    if isinstance(value, int) and fits(value):
        return value
    if isinstance(value, list):
        return [unpack(item, tensors, depth + 1) for item in value]
    if isinstance(value, dict) and len(value) == 1:
        (kind, content), *_ = value.items()
        if kind == "$tensor" and type(content) is int and 0 <= content < len(tensors):
            return tensors[content]
        if kind == "$ref" and isinstance(content, str):
            return Ref(content)
        if kind == "$opaque" and isinstance(content, str):
            return Opaque(content[:60])
        if kind == "$dict" and isinstance(content, dict):
            return {str(key): unpack(item, tensors, depth + 1) for key, item in content.items()}
    raise malformed("a value of no known kind")


# --- frames --------------------------------------------------------------------------------------


def encode(message: Message) -> bytes:
    """The frame of `message`; its tensors are made contiguous, detached and on the CPU."""
    parts = [tensor_bytes(tensor) for tensor in message.tensors]
    header = dict(message.header)
    header["tensors"] = [
        {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape)} for tensor in message.tensors
    ]
    text = json.dumps(header).encode()
    return PREFIX.pack(MAGIC, len(text), sum(map(len, parts))) + text + b"".join(parts)


def decode(header: bytes, payload: bytes) -> Message:
    """The message in a frame's two parts.

    Raises Malformed for everything that is not exactly a header and the tensors it announces.
    """
    try:
        content = json.loads(header.decode("utf-8"))
        return Message(content, tensors_from(content.pop("tensors"), payload))
    except Malformed:
        raise
    except Exception as error:  # whatever a decoder raises, the sender's bytes caused it
        raise malformed("a message that cannot be read") from error


def tensors_from(specs: Any, payload: bytes) -> list[Tensor]:
    """The tensors that `specs` announces, cut from `payload`, which they must fill exactly."""
    if not isinstance(specs, list) or len(specs) > MAX_TENSORS:
        raise malformed("a list of tensors that is too long, or none")
    tensors, start = [], 0
    for spec in specs:
        dtype, shape = DTYPES.get(spec["dtype"]), spec["shape"]
        if dtype is None or not isinstance(shape, list) or len(shape) > MAX_RANK:
            raise malformed("a tensor of a dtype or shape that is not allowed")
        if not all(type(size) is int and 0 <= size <= MAX_PAYLOAD for size in shape):
            raise malformed("a tensor with an impossible size")
        stop = start + math.prod(shape) * dtype.itemsize
        if stop > len(payload):
            raise malformed("fewer bytes than announced")
        tensors.append(tensor_from(payload[start:stop], dtype, shape))
        start = stop
    if start != len(payload):
        raise malformed("more bytes than announced")
    return tensors


def tensor_bytes(tensor: Tensor) -> bytes:
    """The raw little-endian bytes of a tensor, in row-major order."""
    if sys.byteorder != "little":
        raise NotImplementedError("the protocol is little-endian; this machine is not")
    return bytes(tensor.numpy(force=True).tobytes())


def tensor_from(raw: bytes, dtype: torch.dtype, shape: list[int]) -> Tensor:
    """A tensor that owns a copy of `raw`. Booleans other than 0 and 1 are refused."""
    flat = torch.frombuffer(bytearray(raw), dtype=torch.uint8) if raw else torch.empty(0)
    if dtype is torch.bool and raw and int(flat.max()) > 1:
        raise malformed("a boolean that is neither 0 nor 1")
    return (flat.view(dtype) if raw else torch.empty(0, dtype=dtype)).reshape(shape)


def malformed(what: str) -> Malformed:
    """The fault for every unreadable reply."""
    return Malformed(
        "an answer in the agreed form",
        what,
        hint="Return plain tensors, numbers and lists, and leave the grader's connection alone.",
    )


# --- on a socket ---------------------------------------------------------------------------------


class Channel:
    """A socket that sends and receives whole messages, each within a deadline in seconds."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.setblocking(False)

    def send(self, message: Message, seconds: float | None = None) -> None:
        """Send one message. Raises Timeout when the other side does not read, EOFError if gone."""
        deadline = None if seconds is None else time.monotonic() + seconds
        view = memoryview(encode(message))
        while view:
            self._wait(deadline, writing=True)
            try:
                view = view[self.connection.send(view[:CHUNK]) :]
            except (BrokenPipeError, ConnectionResetError) as error:
                raise EOFError("the other side has gone") from error

    def receive(self, seconds: float | None = None, most: int = MAX_PAYLOAD) -> Message:
        """The next message, with `most` bytes of tensors.

        Raises Timeout, Malformed, Limit for more bytes, or EOFError if the other side has gone.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        magic, header_size, payload_size = PREFIX.unpack(self._read(PREFIX.size, deadline))
        if magic != MAGIC:
            raise malformed("bytes that are no message")
        if header_size > MAX_HEADER or payload_size > MAX_PAYLOAD:
            raise malformed("an answer that is too large")
        if payload_size > most:
            raise Limit(
                f"an answer of at most {most >> 20} MB",
                f"one of {payload_size >> 20} MB",
                hint="Return what the exercise asks for, in the shape and dtype of the inputs.",
            )
        header = self._read(header_size, deadline)
        return decode(header, self._read(payload_size, deadline))

    def answered(self, seconds: float) -> bool:
        """Wait for at most so long; return whether something can be read, or the other has gone."""
        try:
            self._wait(time.monotonic() + seconds, writing=False)
        except Timeout:
            return False
        return True

    def close(self) -> None:
        """Close the socket; the other side reads an end of file."""
        self.connection.close()

    def _read(self, size: int, deadline: float | None) -> bytes:
        """Exactly `size` bytes. Memory grows with what arrives, never with what is announced."""
        chunks = bytearray()
        while len(chunks) < size:
            self._wait(deadline, writing=False)
            try:
                chunk = self.connection.recv(min(CHUNK, size - len(chunks)))
            except ConnectionResetError as error:
                raise EOFError("the other side has gone") from error
            if not chunk:
                raise EOFError("the other side has gone")
            chunks += chunk
        return bytes(chunks)

    def _wait(self, deadline: float | None, *, writing: bool) -> None:
        remaining = None if deadline is None else max(0.0, deadline - time.monotonic())
        event = selectors.EVENT_WRITE if writing else selectors.EVENT_READ
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, event)
            if not selector.select(remaining):
                raise Timeout("an answer in time", "none")
