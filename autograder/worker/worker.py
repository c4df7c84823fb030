"""The process that runs a student's code: it answers calls with bytes and decides nothing.

The judge starts it in a sandbox with one socket. It runs the student's cells, calls the student's
functions on the inputs it is sent, and sends back what they return. It knows no expected value,
no bar and no mark; a student who takes it over has taken over an empty house.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor, nn

from autograder.worker import slicing
from autograder.worker.cells import Cell, first_stub, python_source, remember_source
from autograder.worker.protocol import Message, Ref, describe, pack, unpack
from course import defences, models

MESSAGE_LENGTH = 500


class Worker:
    """The student's namespace, the objects kept for the judge, and one method per operation."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
        self.namespace.update(get_ipython=Silent, display=lambda *args, **kwargs: None)
        self.objects: dict[str, Any] = {}
        self.blocks: dict[str, contextlib.ExitStack] = {}
        self.titles: set[str] = set()

    def handle(self, message: Message) -> Message:
        """Answer one request; an error in the student's code is an answer too."""
        tensors: list[Tensor] = []
        try:
            operation: Callable[..., Any] = getattr(self, "do_" + message.header["do"])
            result = operation(*unpack(message.header["with"], message.tensors))
            return Message({"result": pack(result, tensors)}, tensors)
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the student's too
            return Message({"error": self.report(error)})

    # --- operations --------------------------------------------------------------------------

    def do_cells(self, cells: list[dict[str, str]], names: list[str]) -> dict[str, Any]:
        """Run what `names` depend on in these cells; tell which cells failed and what is there."""
        parsed, errors = [], []
        for entry in cells:
            self.titles.add(entry["title"])
            try:
                cell = Cell(entry["title"], python_source(entry["source"]))
                remember_source(cell)
                parsed.append(slicing.statements(cell))
            except Exception as error:  # the parser has many ways to fail: RecursionError, ...
                errors.append(self.report(error, entry["title"]))
        code = [item for cell_code in parsed for item in cell_code]
        found = set().union(*(item.binds for item in code))
        # A name that no statement binds may be built by exec: then run all, unless it is plain
        # that the cell which defines it cannot be parsed.
        everything = not found.issuperset(names) and not errors
        kept = code if everything else slicing.needed(code, names)
        errors += self.run(kept)
        return {"errors": errors, "present": [name for name in names if name in self.namespace]}

    def do_has(self, name: str) -> str:
        """What `name` is: "function", "class", "value" or "missing"."""
        if name not in self.namespace:
            return "missing"
        value = self.namespace[name]
        return "class" if isinstance(value, type) else "function" if callable(value) else "value"

    def do_network(self, ref: Ref, name: str, options: dict[str, Any], *weights: Tensor) -> None:
        """Build one of the course's networks with the judge's weights and keep it as `ref`."""
        network = models.build(name, **options)
        with torch.no_grad():
            for target, value in zip(network.state_dict().values(), weights, strict=True):
                target.copy_(value)
        self.objects[ref.name] = network

    def do_mode(self, ref: Ref, training: bool) -> None:
        """Put a kept network in train or eval mode."""
        self.objects[ref.name].train(training)

    def do_defence(self, ref: Ref, name: str, network: Ref, number: float) -> None:
        """Put one of the course's defences around a kept network, and keep that as `ref`."""
        self.objects[ref.name] = defences.build(name, self.objects[network.name], number)

    def do_generator(self, ref: Ref, seed: int) -> None:
        """Keep a random generator as `ref`."""
        self.objects[ref.name] = torch.Generator().manual_seed(seed)

    def do_gradient(self, name: str, first: Tensor, *others: Any) -> Tensor:
        """The gradient of the sum of what the student's function returns, by its first argument."""
        first.requires_grad_()
        (gradient,) = torch.autograd.grad(self.namespace[name](first, *others).sum(), first)
        return gradient

    def do_gradients(self, ref: Ref, images: Tensor) -> list[Tensor]:
        """The gradients of the sum of a kept network's logits, by images and parameters."""
        network = self.objects[ref.name]
        logits = network(images.requires_grad_())
        return list(torch.autograd.grad(logits.sum(), [images, *network.parameters()]))

    def do_loss(self, ref: Ref, weights: Tensor) -> None:
        """Keep a loss as `ref`: of each image's logits the sum, weighted by its class's row."""
        self.objects[ref.name] = lambda logits, labels: (logits * weights[labels]).sum(dim=1)

    def do_attack(self, ref: Ref, directions: Tensor, clamped: bool) -> None:
        """Keep an attack as `ref` that moves an image by epsilon times its class's direction.

        It does so image by image, so its outcome is known whatever batches it is called with. Like
        most attacks it asks for a gradient, that of the product with the direction.
        """

        def attack(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
            x = images.detach().clone().requires_grad_()
            (gradient,) = torch.autograd.grad((x * directions[labels]).sum(), x)
            moved = images + epsilon * gradient
            return moved.clamp(0, 1) if clamped else moved

        self.objects[ref.name] = attack

    def do_call(
        self, seed: int, name: str, arguments: list[Any], options: dict[str, Any], keep: Ref | None
    ) -> Any:
        """Call a student's function, or a kept object by its Ref; keep the result if asked to."""
        seed_everything(seed)
        function = self.objects[name[1:]] if name.startswith("@") else self.namespace[name]
        options = {key: self.object_for(value) for key, value in options.items()}
        result = function(*map(self.object_for, arguments), **options)
        if keep is None:
            return result
        self.objects[keep.name] = result
        return describe(result)

    def do_enter(self, ref: Ref, keep: Ref) -> None:
        """Open a `with` block of a kept context manager; keep what it gives to `as`."""
        block = contextlib.ExitStack()
        self.objects[keep.name] = block.enter_context(self.objects[ref.name])
        self.blocks[ref.name] = block

    def do_leave(self, ref: Ref, failed: bool) -> bool:
        """Leave that block, by an error if `failed`; whether the error was kept from going on."""
        try:
            with self.blocks.pop(ref.name):
                if failed:
                    raise ErrorInBlock("an error in the block")
        except ErrorInBlock:
            return False
        return failed

    def do_attribute(self, ref: Ref, name: str) -> Any:
        """An attribute of a kept object, as it is now."""
        return getattr(self.objects[ref.name], name)

    def do_weights(self, ref: Ref) -> list[Tensor]:
        """The tensors of a kept network, in its own order."""
        return [value.detach() for value in nn.Module.state_dict(self.objects[ref.name]).values()]

    def do_traces(self, ref: Ref) -> dict[str, Any]:
        """What a call may have left on a kept network: its modes, its gradients, its hooks."""
        modules = list(self.objects[ref.name].modules())
        return {
            "training": [module.training for module in modules],
            "gradients": sum(p.grad is not None for m in modules for p in m.parameters(False)),
            "hooks": sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in modules),
        }

    # --- steps -------------------------------------------------------------------------------

    def object_for(self, value: Any) -> Any:
        """The kept object that a Ref names, in a list too; any other value as it is."""
        if isinstance(value, list):
            return [self.object_for(item) for item in value]
        return self.objects[value.name] if isinstance(value, Ref) else value

    def run(self, code: list[slicing.Statement]) -> list[dict[str, Any]]:
        """Run statements cell by cell; a failing one ends its cell and is reported."""
        errors: list[dict[str, Any]] = []
        failed: set[int] = set()
        for item in code:
            if id(item.cell) in failed:
                continue
            try:
                tree = slicing.ast.Module([item.node], type_ignores=[])
                exec(compile(tree, item.cell.title, "exec"), self.namespace)
            except BaseException as error:
                failed.add(id(item.cell))
                errors.append(self.report(error, item.cell.title))
        return errors

    def report(self, error: BaseException, running: str | None = None) -> dict[str, Any]:
        """An error as data: type, capped message, and the innermost place in a student's cell.

        running: the title of the cell that was being run, if the error names none.
        """
        cell, line, trace, own = running, None, error.__traceback__, ""
        while trace is not None:
            if trace.tb_frame.f_globals is self.namespace:
                own = trace.tb_frame.f_code.co_filename
            if trace.tb_frame.f_code.co_filename in self.titles:
                cell, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
            trace = trace.tb_next
        written: object = error
        if line is None and isinstance(error, SyntaxError) and error.filename in self.titles:
            cell, line, written = error.filename, error.lineno, error.msg  # str() has the place too
        try:
            message = str(written)[:MESSAGE_LENGTH]
        except BaseException:  # a student's own __str__ may do anything
            message = ""
        stub, step = first_stub(own) if isinstance(error, NotImplementedError) else ("", "")
        place = {"cell": cell, "line": line, "stub": stub, "step": step, "outside": not own}
        refusal = any(kind is ValueError for kind in type.mro(type(error)))
        name = type(error).__name__[:80]
        return {"type": name, "message": message, "refusal": refusal, **place}


class ErrorInBlock(Exception):
    """What is raised in a block to see what its context manager makes of an error."""


class Silent:
    """Stands in for IPython's shell: takes every call and does nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **kwargs: None


def seed_everything(seed: int) -> None:
    """Put all global random states to `seed`: the same run gives the same numbers, and a forked
    worker shares none with another."""
    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    torch.manual_seed(seed)
