"""The judge's view of one student: it sends calls, and gets plain values or a fault.

Checks use a `Student` and never see the process behind it. The same class serves grading, where the
code runs in a sandboxed worker, and the check cell of a notebook, where it runs in the student's
kernel. Only the transport differs.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from torch import Tensor

from autograder.errors import Malformed
from autograder.handin.submission import Submission
from autograder.sandbox.box import Box
from autograder.student.concealed import WORDS, concealed
from autograder.student.faults import fault_of
from autograder.student.network import Network
from autograder.student.remarks import missing_of, notes_of
from autograder.student.transport import Transport, WorkerTransport
from autograder.worker.cells import Cell
from autograder.worker.limits import Limits
from autograder.worker.protocol import Message, Ref, pack, unpack

WORDS |= {"mean", "std", "min", "max", "zero_fraction", "shape"}


class Student:
    """One student's code, called through a transport.

    public: whether messages of the student's errors may be shown. With hidden inputs they may not:
    an error message could carry an input.
    cells: the cells that were handed in; messages name places only in these.
    notes: lines about how the cells were run, from before the worker had any input.
    missing: the reason for each missing graded name. unsure: graded names that may depend on
    statements that were left out.
    """

    def __init__(
        self, transport: Transport, limits: Limits, *, public: bool, cells: Sequence[Cell] = ()
    ) -> None:
        self.transport = transport
        self.limits = limits
        self.public = public
        self.cells = cells
        self.notes: list[str] = []
        self.missing: dict[str, str] = {}
        self.unsure: set[str] = set()
        self.words = set(WORDS)
        self.numbers = itertools.count()

    def kind_of(self, name: str) -> str:
        """The kind of the student's `name`: "function", "class", "value" or "missing"."""
        kind = self._request("has", name)
        return kind if kind in ("function", "class", "value") else "missing"

    def network(self, network: Network, *, training: bool = False) -> Ref:
        """Send a fresh copy of a network of the judge; the student's code gets an nn.Module."""
        ref = self._new_ref()
        self.words.update(name for name, _ in network.module.named_modules())
        state = network.weights
        self._request("network", ref, network.name, network.options, *state)
        self.mode(ref, training=training)
        return ref

    def mode(self, ref: Ref, *, training: bool | list[bool]) -> None:
        """Put the network of `ref` in train or evaluation mode.

        training: a list has one mode for each module, in the order of `modules()`.
        """
        self._request("mode", ref, training)

    def keep(self, value: Tensor) -> Ref:
        """Store a tensor in the student's process; read it by `attribute(ref, "data")`."""
        ref = self._new_ref()
        self._request("keep", ref, value)
        return ref

    def global_seed(self) -> Any:
        """The seed of PyTorch's global random state in the worker after the last call."""
        return self._request("global_seed")

    def defence(self, name: str, network: Network, number: float) -> Ref:
        """Send a fresh copy of one of the judge's networks, inside one of the course's defences."""
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

        Tensors are copied; a Ref names an object in the student's process. The global random state
        there is set to `global_seed` first. Raises the StudentFault that applies.
        """
        seconds = self.limits.call_seconds if seconds is None else seconds
        return self._request(
            "call", global_seed, name, list(arguments), options, None, seconds=seconds
        )

    def make(self, name: str, *arguments: Any, **options: Any) -> Ref:
        """Call `name` and store the result, usually a module, in the worker under a Ref."""
        ref = self._new_ref()
        self._request("call", 1, name, list(arguments), options, ref)
        return ref

    def generator(self, seed: int) -> Ref:
        """A random generator in the student's process."""
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
        """A loss in the worker: each image's summed logits, weighted by the row of its class.

        weights (classes, classes).
        """
        ref = self._new_ref()
        self._request("loss", ref, weights)
        return ref

    def attack(self, directions: Tensor, *, clamped: bool = True) -> Ref:
        """An attack in the student's process that adds epsilon * directions[label] to each image.

        directions (classes, C, H, W), in units of epsilon: more than 1 leaves the budget.
        clamped: whether it stays in [0, 1].
        """
        ref = self._new_ref()
        self._request("attack", ref, directions, clamped)
        return ref

    def apply(self, ref: Ref, *arguments: Any) -> Any:
        """Call the object of `ref`."""
        return self.call("@" + ref.name, *arguments)

    def enter(self, ref: Ref) -> Ref:
        """Open a `with` block of the context manager of `ref`; returns the value for `as`."""
        given = self._new_ref()
        self._request("enter", ref, given)
        return given

    def leave(self, ref: Ref, *, failed: str = "") -> bool:
        """Leave that block, by an error if `failed` names a built-in one, such as "RuntimeError";
        returns whether the error was swallowed.
        """
        return self._request("leave", ref, failed) is True

    def attribute(self, ref: Ref, name: str) -> Any:
        """The present value of the attribute `name` of the object of `ref`, unpacked.

        A part's attribute is named with dots, as in `logits.bias`.
        """
        return self._request("attribute", ref, name)

    def weights(self, ref: Ref) -> list[Tensor]:
        """The tensors of the module of `ref`. Raises Malformed when it has none."""
        weights = self._request("weights", ref)
        if not isinstance(weights, list) or not all(isinstance(w, Tensor) for w in weights):
            raise Malformed("a module with float weights", "something else")
        return weights

    def traces(self, ref: Ref) -> dict[str, Any]:
        """Modes, gradients, frozen weights and hooks that the worker reports for the network of
        `ref`, and whether gradients are still on or off there as before.

        Raises Malformed for other data than the worker's counts: the student's code runs beside it
        and could replace them by words, or by an input.
        """
        traces = self._request("traces", ref)
        if not (
            isinstance(traces, dict)
            and isinstance(modes := traces.get("training"), list)
            and all(isinstance(mode, bool) for mode in modes)
            and all(type(traces.get(count)) is int for count in ("gradients", "hooks", "frozen"))
            and isinstance(traces.get("recording"), bool)
        ):
            raise Malformed("the worker's own report of the network", "another")
        return traces

    def graphs(self) -> int:
        """The number of tensors in the student's process that hold the graph they were computed in.

        Raises Malformed when the reply is no count.
        """
        count = self._request("graphs")
        if type(count) is not int:
            raise Malformed("the worker's own count of tensors", "something else")
        return count

    def cpu_seconds(self) -> float:
        """Seconds that the student's code has computed so far; 0 where they cannot be counted."""
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

    def loaded(self, reply: Message, submission: Submission) -> None:
        """Store the worker's report about running the cells; it had no hidden input then."""
        result = unpack(reply.header.get("result"), reply.tensors)
        if not isinstance(result, dict):
            result = {"errors": [reply.header.get("error")]}
        self.notes = notes_of(result, submission)
        self.missing = missing_of(result, submission)
        unsure = result.get("unsure")
        self.unsure = {name for name in unsure if isinstance(name, str)} if unsure else set()


# --- transports ----------------------------------------------------------------------------------


def load_message(submission: Submission, names: Sequence[str], *, whole: bool = False) -> Message:
    """The request to run a submission's cells: the statements that `names` depend on, or all."""
    cells = [asdict(cell) for cell in submission.cells]
    return Message(
        {"do": "cells", "with": pack([cells, list(names), dict(submission.above), whole], [])}
    )


def student_in_worker(
    submission: Submission,
    names: Sequence[str],
    level: str,
    limits: Limits,
    *,
    public: bool,
    preloaded: bool = True,
    spare: Box | None = None,
    whole: bool = False,
) -> Student:
    """Start a worker on a submission and run its cells: all of them if `whole`.

    spare: a worker at this level that was started before, and takes the place of the first one.
    """
    transport = WorkerTransport(
        level,
        limits,
        lambda: load_message(submission, names, whole=whole),
        preloaded=preloaded,
        spare=spare,
    )
    reply = transport.start()
    student = Student(transport, limits, public=public, cells=submission.cells)
    student.loaded(reply, submission)
    return student
