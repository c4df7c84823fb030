"""The judge's view of one student: calls go out, plain values come back, or a fault that says why.

Checks speak to a `Student` and never see the process behind it. The same class serves grading,
where the code runs in a sandboxed worker, and the check cell of a notebook, where it runs in the
student's own kernel: only the transport differs.
"""

from __future__ import annotations

import builtins
import itertools
import random
import signal
import subprocess
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy
import torch
from torch import Tensor, nn

from autograder.errors import Crash, GraderFault, Limit, Malformed, NotWritten, Timeout
from autograder.limits import Limits
from autograder.preloaded import ParentLost
from autograder.protocol import (
    MAX_PAYLOAD,
    PREFIX,
    REASONS,
    Channel,
    Message,
    Opaque,
    Ref,
    decode,
    encode,
    pack,
    unpack,
)
from autograder.sandbox import Box, launch
from autograder.slicing import Cell
from autograder.submission import Submission
from course import models

START_SECONDS = 120.0
# An answer may take twice the bytes that were sent, as float64 does, and a network's weights.
REPLY_BYTES, REPLY_FACTOR = 64 << 20, 2
# Words that may come back as they are beside the names of a network's layers: the worker's own and
# those of the exercises. Any other could be an input, spelled out.
WORDS = {"function", "class", "value", "missing", "training", "gradients", "hooks"}
WORDS |= {"mean", "std", "min", "max", "zero_fraction", "shape"}


class Transport(Protocol):
    """Carries one request to the student's code and brings its reply."""

    def exchange(self, message: Message, seconds: float) -> Message:
        """Send and receive. Raises Timeout, Malformed, or Crash when the process is gone."""

    def cpu_seconds(self) -> float:
        """Seconds of computing so far, where they can be counted; otherwise 0."""

    def close(self) -> None:
        """End what the transport started."""


@dataclass(frozen=True)
class Network:
    """One of the course's networks, owned by the judge: how to build it, and its weights."""

    name: str
    options: dict[str, Any]
    module: nn.Module

    @property
    def weights(self) -> list[Tensor]:
        """The network's tensors, in the order in which they are handed out and taken back."""
        return list(self.module.state_dict().values())

    @classmethod
    def build(cls, name: str, seed: int, **options: Any) -> Network:
        """A freshly initialised network; the same seed gives the same weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(name, options, models.build(name, **options))

    def with_weights(self, weights: Sequence[Tensor]) -> Network:
        """The same architecture with other weights, checked one by one.

        Raises Malformed unless they are exactly this architecture's tensors, all finite.
        """
        fresh = Network.build(self.name, 0, **self.options)
        slots = fresh.weights
        if [t.shape for t in slots] != [t.shape for t in weights]:
            raise Malformed("the weights of the network that was handed out", "others")
        for slot, value in zip(slots, weights, strict=True):
            if slot.dtype != value.dtype or not torch.isfinite(value).all():
                raise Malformed(
                    "finite float32 weights",
                    f"{value.dtype} weights, {int((~torch.isfinite(value)).sum())} not finite",
                    cause="training diverged" if slot.dtype == value.dtype else "",
                    hint="A smaller learning rate usually helps; keep the network in float32.",
                )
            slot.copy_(value)
        return fresh


def same_weights(first: Sequence[Tensor], second: Sequence[Tensor]) -> bool:
    """Whether two networks' tensors, in one order, are equal bit for bit."""
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


class Student:
    """One student's code, spoken to through a transport.

    public: whether messages of the student's own errors may be shown. While hidden inputs are in
    play they may not: an error message could carry an input out.
    cells: the cells that were handed in; only a place in them is named.
    notes: one line for each cell that failed when it was run, before any input was there.
    """

    def __init__(
        self, transport: Transport, limits: Limits, *, public: bool, cells: Sequence[Cell] = ()
    ) -> None:
        self.transport = transport
        self.limits = limits
        self.public = public
        self.cells = cells
        self.notes: list[str] = []
        self.words = set(WORDS)
        self.numbers = itertools.count()

    def kind_of(self, name: str) -> str:
        """What the student calls `name`: "function", "class", "value" or "missing"."""
        kind = self._request("has", name)
        return kind if kind in ("function", "class", "value") else "missing"

    def network(self, network: Network, *, training: bool = False) -> Ref:
        """Hand out a fresh copy of a judge-owned network; the student's code gets an nn.Module."""
        ref = self._new_ref()
        self.words.update(name for name, _ in network.module.named_modules())
        state = network.weights
        self._request("network", ref, network.name, network.options, *state)
        self.mode(ref, training=training)
        return ref

    def mode(self, ref: Ref, *, training: bool) -> None:
        """Put the network behind `ref` in train or evaluation mode."""
        self._request("mode", ref, training)

    def defence(self, name: str, network: Network, number: float) -> Ref:
        """Hand out a fresh copy of a judge-owned network behind one of the course's defences."""
        inner, ref = self.network(network), self._new_ref()
        self._request("defence", ref, name, inner, number)
        self.mode(ref, training=False)
        return ref

    def call(
        self,
        name: str,
        *arguments: Any,
        global_seed: int = 1,
        seconds: float | None = None,
        **options: Any,
    ) -> Any:
        """Call the student's function `name` and return what came back, unpacked.

        Tensors are copied on the way; a Ref stands for an object on the other side. The global
        random state there is set to `global_seed` first. Raises the StudentFault that applies.
        """
        seconds = self.limits.call_seconds if seconds is None else seconds
        return self._request(
            "call", global_seed, name, list(arguments), options, None, seconds=seconds
        )

    def make(self, name: str, *arguments: Any, **options: Any) -> Ref:
        """Call `name` and leave the result, usually a module, on the other side under a Ref."""
        ref = self._new_ref()
        self._request("call", 1, name, list(arguments), options, ref)
        return ref

    def generator(self, seed: int) -> Ref:
        """A random generator on the other side."""
        ref = self._new_ref()
        self._request("generator", ref, seed)
        return ref

    def gradient(self, name: str, first: Tensor, *others: Any) -> Any:
        """The gradient of the summed result of the student's `name` by its first argument."""
        return self._request("gradient", name, first, *others)

    def gradients(self, ref: Ref, images: Tensor) -> list[Tensor]:
        """The gradients of the network's summed logits by `images` and by each of its parameters.

        Raises Malformed when something else comes back.
        """
        gradients = self._request("gradients", ref, images)
        if not isinstance(gradients, list) or not all(isinstance(g, Tensor) for g in gradients):
            raise Malformed("the gradients of a network", "something else")
        return gradients

    def loss(self, weights: Tensor) -> Ref:
        """A loss on the other side: of each image's logits the sum, weighted by its class's row.

        weights (classes, classes).
        """
        ref = self._new_ref()
        self._request("loss", ref, weights)
        return ref

    def attack(self, directions: Tensor, *, clamped: bool = True) -> Ref:
        """An attack on the other side that adds epsilon * directions[label] to each image.

        directions (classes, C, H, W), in units of epsilon: more than 1 leaves the budget.
        clamped: whether it stays in [0, 1].
        """
        ref = self._new_ref()
        self._request("attack", ref, directions, clamped)
        return ref

    def apply(self, ref: Ref, *arguments: Any) -> Any:
        """Call the object behind `ref`."""
        return self.call("@" + ref.name, *arguments)

    def enter(self, ref: Ref) -> Ref:
        """Open a `with` block of the context manager behind `ref`; what it gives to `as`."""
        given = self._new_ref()
        self._request("enter", ref, given)
        return given

    def leave(self, ref: Ref, *, failed: bool = False) -> bool:
        """Leave that block, by an error if `failed`; whether the error was swallowed."""
        return self._request("leave", ref, failed) is True

    def attribute(self, ref: Ref, name: str) -> Any:
        """The attribute `name` of the object behind `ref`, as it is now, unpacked."""
        return self._request("attribute", ref, name)

    def weights(self, ref: Ref) -> list[Tensor]:
        """The tensors of the module behind `ref`. Raises Malformed when it has none."""
        weights = self._request("weights", ref)
        if not isinstance(weights, list) or not all(isinstance(w, Tensor) for w in weights):
            raise Malformed("a module with float weights", "something else")
        return weights

    def traces(self, ref: Ref) -> dict[str, Any]:
        """Modes, gradients and hooks that the other side reports of the network behind `ref`.

        Raises Malformed when they are not what the worker counts: the student's code runs beside it
        and could put its own words, or an input, in their place.
        """
        traces = self._request("traces", ref)
        if not (
            isinstance(traces, dict)
            and isinstance(modes := traces.get("training"), list)
            and all(isinstance(mode, bool) for mode in modes)
            and all(type(traces.get(count)) is int for count in ("gradients", "hooks"))
        ):
            raise Malformed("the worker's own report of the network", "another")
        return traces

    def cpu_seconds(self) -> float:
        """Seconds that the student's code has computed so far; 0 where nobody can count them."""
        return self.transport.cpu_seconds()

    def close(self) -> None:
        """End the student's process."""
        self.transport.close()

    def _new_ref(self) -> Ref:
        return Ref(f"r{next(self.numbers)}")

    def _request(self, operation: str, *arguments: Any, seconds: float | None = None) -> Any:
        tensors: list[Tensor] = []
        header = {"do": operation, "with": pack(list(arguments), tensors)}
        reply = self.transport.exchange(
            Message(header, tensors), self.limits.call_seconds if seconds is None else seconds
        )
        if "error" in reply.header:
            raise fault_of(reply.header["error"], public=self.public, cells=self.cells)
        result = unpack(reply.header.get("result"), reply.tensors)
        return result if self.public else concealed(result, self.words)


def fault_of(error: Any, *, public: bool, cells: Sequence[Cell]) -> Crash:
    """The fault for an error that the worker reported; never more of it than may be shown."""
    if not isinstance(error, dict):
        raise Malformed("an answer in the agreed form", "an error that is no report")
    kind = printable(error.get("type"), 80)
    if kind == "NotImplementedError":
        name = printable(error.get("stub"), 80) if public else ""
        return NotWritten(
            "your own code",
            "the stub: it raises NotImplementedError",
            cause=f"{f'`{name}`' if name else 'this exercise'} is not written yet",
            hint=first_hint(printable(error.get("step"), 300) if public else ""),
        )
    message = printable(error.get("message"), 500) if public else ""
    shown = kind if public or known_exception(kind) else "an error of your own"
    place = place_of(error, cells)
    fault = Crash(
        "a result",
        f"{shown}{place}" + (f": {message}" if message else ""),
        cause="your code raised an error",
        hint=ADVICE.get(kind, look(place) if public else RUN_CHECK),
    )
    fault.error, fault.refusal = shown, error.get("refusal") is True
    fault.outside = error.get("outside") is True
    return fault


def look(place: str) -> str:
    """Where to look for an error whose whole message is shown."""
    where = "the line named above" if place else "the message above"
    return f"Read {where}; print what your code has there, its type and its shape."


def first_hint(step: str) -> str:
    """Where to begin; `step` is the first numbered comment of the stub."""
    if step:
        return f"Begin with step {step}"
    return "Follow the numbered steps in its cell, and delete the line that raises."


RUN_CHECK = "Run `autograder check` to see the whole message on public inputs."
ADVICE = {
    "AssertionError": "An `assert` of your own failed on these inputs.",
    "ImportError": "Use the packages that the course installs.",
    "MemoryError": "Work in smaller batches.",
    "ModuleNotFoundError": "Use the packages that the course installs.",
    "NameError": "A name is used that no cell defines: was a cell renamed or left out?",
}


def place_of(error: dict[str, Any], cells: Sequence[Cell]) -> str:
    """Where an error came from, if that is a place in the cells that were handed in.

    Any other title or line is not repeated: it could carry an input.
    """
    name, line = error.get("cell"), error.get("line")
    cell = next((cell for cell in cells if cell.title == name), None)
    if cell is None:
        return ""
    there = type(line) is int and 0 < line <= len(cell.source.splitlines())
    return f" in {printable(cell.title, 80)}" + (f", line {line}" if there else "")


def known_exception(kind: str) -> bool:
    """Whether `kind` is a Python exception: a name that a student chose could carry an input."""
    known = getattr(builtins, kind, None)
    return isinstance(known, type) and issubclass(known, BaseException)


def concealed(value: Any, words: Set[str]) -> Any:
    """A value in which a student's own words, which could carry an input, are gone.

    Types lose their names, text that is none of `words` becomes an Opaque, and keys are numbered.
    """
    if isinstance(value, str):
        return value if value in words else Opaque("str")
    if isinstance(value, list):
        return [concealed(item, words) for item in value]
    if isinstance(value, dict):
        others = itertools.count(1)
        return {
            key if key in words else f"another name ({next(others)})": concealed(item, words)
            for key, item in value.items()
        }
    if isinstance(value, Opaque) and not known_type(value.type_name):
        return Opaque("custom")
    return value


def known_type(name: str) -> bool:
    """Whether `name` is our own words, or Python's, NumPy's or PyTorch's name of a type."""
    if name in REASONS:
        return True
    if name.startswith("a tensor of "):
        return isinstance(getattr(torch, name.removeprefix("a tensor of "), None), torch.dtype)
    return any(isinstance(getattr(home, name, None), type) for home in (builtins, numpy, torch, nn))


def printable(text: Any, length: int) -> str:
    """At most `length` characters on one line, none of which can steer a terminal.

    What is no text gives none: writing out a list that is nested deep enough would be an error.
    """
    shown = text[:length] if isinstance(text, str) else ""
    return "".join(sign if sign.isprintable() else " " for sign in shown).strip()


# --- transports ----------------------------------------------------------------------------------


class WorkerTransport:
    """A worker in a sandbox; started again, cells and all, after it was lost or ran out of time."""

    def __init__(
        self, level: str, limits: Limits, load: Callable[[], Message], *, preloaded: bool = True
    ) -> None:
        self.level, self.preloaded = level, preloaded
        self.limits = limits
        self.load = load
        self.box: Box | None = None
        self.channel: Channel | None = None
        self.waited = self.computed = 0.0  # seconds, in all boxes and calls so far

    def start(self) -> Message:
        """Start the worker and run the student's cells in it; returns what it says of them."""
        left = self.limits.total_cpu_seconds - self.computed
        try:
            limits = replace(self.limits, total_cpu_seconds=left)
            self.box = launch(self.level, limits, preloaded=self.preloaded)
        except OSError as error:
            raise GraderFault(f"the sandbox could not be started: {error}") from error
        self.channel = Channel(self.box.connection)
        try:
            self.channel.receive(START_SECONDS)
        except (EOFError, Timeout, Malformed, Limit) as error:
            self.close()
            raise GraderFault("the worker did not start") from error
        return self.exchange(self.load(), self.limits.train_seconds)

    def exchange(self, message: Message, seconds: float) -> Message:
        """Send and receive; a worker that is late, gone or garbled is closed."""
        if self.waited >= self.limits.total_seconds or self.computed >= self.total_cpu:
            raise self.all_spent()
        if self.channel is None:
            self.start()
        assert self.channel is not None
        size = sum(tensor.numel() * tensor.element_size() for tensor in message.tensors)
        begin = time.monotonic()
        allowed = min(seconds, self.limits.total_seconds - self.waited)
        try:
            self.channel.send(message, allowed)
            return self.channel.receive(
                allowed, min(MAX_PAYLOAD, REPLY_BYTES + REPLY_FACTOR * size)
            )
        except Timeout:
            self.close()
            raise self.late(seconds) if allowed == seconds else self.all_spent() from None
        except EOFError:
            raise self.death() from None
        except (Malformed, Limit):
            self.close()
            raise
        finally:
            self.waited += time.monotonic() - begin

    def cpu_seconds(self) -> float:
        """Seconds of computing in all boxes so far, over all processes."""
        return self.computed + (self.box.cpu_seconds() if self.box is not None else 0.0)

    @property
    def total_cpu(self) -> float:
        """Seconds of computing that one submission has."""
        return self.limits.total_cpu_seconds

    def late(self, seconds: float) -> Timeout:
        """One call took too long."""
        return Timeout(
            f"an answer within {seconds:g} seconds",
            "none",
            cause="a loop that does not end, or far more work than the task needs",
            hint="Try your function on a few images with `autograder check`.",
        )

    def all_spent(self) -> Timeout:
        """All calls together took too long: what was not called until then is not called."""
        return Timeout(
            f"all answers within {self.limits.total_seconds / 60:g} minutes, and "
            f"{self.total_cpu / 60:g} minutes of computing",
            "the time for this submission was used up",
            cause="your functions take far more time than the tasks need",
            hint="See which of them is slow with `autograder check`; train for the epochs given.",
        )

    def death(self) -> Crash | Limit | Timeout | GraderFault:
        """Why the worker is gone: the watch's doing, its parent's end, or its own exit status."""
        assert self.box is not None
        reason = self.box.exceeded()
        try:
            status = self.box.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = 0  # it lives on but has closed its end: close() ends it
        except ParentLost as error:
            self.close()
            return GraderFault(str(error))
        self.close()
        if reason == "cpu":
            self.computed = self.total_cpu
            return self.all_spent()
        if reason == "memory":
            most = self.limits.memory_bytes / (1 << 30)
            return Limit(
                f"at most {most:g} GB of memory for all processes together",
                "your process and those it started held more, and were ended",
                cause="tensors that are kept, or copies made side by side",
                hint="Work in batches, and keep numbers rather than tensors with their graph.",
            )
        if status > 128:  # as a shell, bubblewrap reports a signal so
            status = 128 - status
        if -status in (signal.SIGKILL, signal.SIGXCPU, signal.SIGXFSZ):
            return Limit(
                "an answer within the limits",
                f"your process was ended by {signal.Signals(-status).name}",
                cause="too much memory, computing time or disk",
                hint="Work in batches, and train for the epochs you are given only.",
            )
        ended = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return Crash("an answer", f"your process ended by itself ({ended})")

    def close(self) -> None:
        """End the worker and everything it started."""
        if self.box is not None:
            self.computed += self.box.cpu_seconds()
            self.box.close()
        self.box = self.channel = None


class LiveTransport:
    """The student's own kernel: requests are answered here, by the names in its namespace."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        from autograder.worker import Worker  # noqa: PLC0415  only a notebook needs it here

        self.worker = Worker()
        self.worker.namespace = namespace

    def exchange(self, message: Message, seconds: float) -> Message:
        """Answer at once; values are copied as if they had crossed to another process.

        Raises KeyboardInterrupt where the student, at the keyboard, interrupts their own code.
        """
        states = random.getstate(), numpy.random.get_state()
        try:
            with torch.random.fork_rng(devices=[]):
                reply = self.worker.handle(copied(message))
        finally:
            random.setstate(states[0])
            numpy.random.set_state(states[1])
        error = reply.header.get("error")
        if isinstance(error, dict) and error.get("type") == "KeyboardInterrupt":
            raise KeyboardInterrupt
        return copied(reply)

    def cpu_seconds(self) -> float:
        """Seconds of computing in this kernel."""
        return time.process_time()

    def close(self) -> None:
        """Forget the objects that were kept."""
        self.worker.objects.clear()


def copied(message: Message) -> Message:
    """The message as the other side of a socket would read it."""
    frame = encode(message)
    size = len(frame) - sum(t.numel() * t.element_size() for t in message.tensors)
    return decode(frame[PREFIX.size : size], frame[size:])


def student_in_worker(
    submission: Submission,
    names: Sequence[str],
    level: str,
    limits: Limits,
    *,
    public: bool,
    preloaded: bool = True,
) -> Student:
    """Start a worker on a submission and run its cells."""

    def load() -> Message:
        cells = [{"title": cell.title, "source": cell.source} for cell in submission.cells]
        return Message({"do": "cells", "with": pack([cells, list(names)], [])})

    transport = WorkerTransport(level, limits, load, preloaded=preloaded)
    reply = transport.start()
    student = Student(transport, limits, public=public, cells=submission.cells)
    student.notes = cell_notes(reply, submission.cells)
    return student


def cell_notes(reply: Message, cells: Sequence[Cell]) -> list[str]:
    """What went wrong while the cells ran, in lines for the student. No hidden input was there."""
    result = unpack(reply.header.get("result"), reply.tensors)
    errors = result.get("errors") if isinstance(result, dict) else [reply.header.get("error")]
    notes = []
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict):
            kind, message = printable(error.get("type"), 80), printable(error.get("message"), 300)
            notes.append(f"{kind}{place_of(error, cells)}: {message}")
    return notes[:20]
