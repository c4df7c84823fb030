"""The process that runs a student's code: it answers calls with bytes and decides nothing.

The judge starts it in a sandbox with one socket. It runs the student's cells, calls the student's
functions on the inputs it is sent, and sends back what they return. It knows no expected value,
no bar and no mark; a student who takes it over has taken over an empty house.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import operator
import random
from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor, nn

from autograder.worker.cells import Cell
from autograder.worker.loading import Loaded
from autograder.worker.protocol import Message, Ref, describe, pack, unpack
from autograder.worker.reports import report
from course import defences, models
from course.withheld import withheld_from


class Worker:
    """The student's namespace, the objects stored for the judge, and one method per operation."""

    def __init__(self, namespace: dict[str, Any] | None = None) -> None:
        self.namespace: dict[str, Any] = {} if namespace is None else namespace
        self.namespace.update(__name__="__main__", __builtins__=__builtins__)
        self.namespace.update(get_ipython=Silent, display=lambda *args, **kwargs: None)
        self.objects: dict[str, Any] = {}
        self.blocks: dict[str, contextlib.ExitStack] = {}
        self.loaded: Loaded | None = None
        self.recording = torch.is_grad_enabled()
        self.global_seed = 0

    def handle(self, message: Message) -> Message:
        """Answer one request; an error in the student's code is an answer too."""
        tensors: list[Tensor] = []
        try:
            operation: Callable[..., Any] = getattr(self, "do_" + message.header["do"])
            result = operation(*unpack(message.header["with"], message.tensors))
            return Message({"result": pack(result, tensors)}, tensors)
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the student's too
            if self.loaded is not None:
                return Message({"error": self.loaded.reported(error)})
            return Message({"error": report(error, self.namespace, ())})

    # --- operations --------------------------------------------------------------------------

    def do_cells(
        self, cells: list[dict[str, Any]], names: list[str], above: dict[str, int], whole: bool
    ) -> dict[str, Any]:
        """Run the statements that `names` depend on, or all cells; report what was found.

        above: for a name, the number of cells above the check cell of its exercise.
        """
        self.loaded = Loaded([Cell(**cell) for cell in cells], self.namespace)
        found = self.loaded.run(names, above, whole=whole)
        self.recording = torch.is_grad_enabled()
        return found

    def do_has(self, name: str) -> str:
        """The kind of `name`: "function", "class", "value" or "missing"."""
        self.turn_to(name)
        if name not in self.namespace:
            return "missing"
        value = self.namespace[name]
        return "class" if isinstance(value, type) else "function" if callable(value) else "value"

    def do_network(self, ref: Ref, name: str, options: dict[str, Any], *weights: Tensor) -> None:
        """Build one of the course's networks with the judge's weights and store it as `ref`."""
        network = models.build(name, **options)
        network.to(weights[0].dtype)  # whatever default the student's code has set
        with torch.no_grad():
            for target, value in zip(network.state_dict().values(), weights, strict=True):
                target.copy_(value)
        self.objects[ref.name] = network

    def do_mode(self, ref: Ref, training: bool | list[bool]) -> None:
        """Put a stored network in train or eval mode; a list has one mode for each module."""
        network = self.objects[ref.name]
        if isinstance(training, bool):
            network.train(training)
            return
        for module, mode in zip(network.modules(), training, strict=True):
            module.training = mode

    def do_keep(self, ref: Ref, value: Tensor) -> None:
        """Store a tensor as `ref`, so that its changes can be read back."""
        self.objects[ref.name] = value

    def do_global_seed(self) -> int:
        """The seed of PyTorch's global random state when the last call had ended."""
        return self.global_seed

    def do_defence(self, ref: Ref, name: str, network: Ref, number: float) -> None:
        """Put one of the course's defences around a stored network, and store it as `ref`."""
        self.objects[ref.name] = defences.build(name, self.objects[network.name], number)

    def do_generator(self, ref: Ref, seed: int) -> None:
        """Store a random generator as `ref`."""
        self.objects[ref.name] = torch.Generator().manual_seed(seed)

    def do_gradient(self, name: str, first: Tensor, *others: Any) -> Tensor:
        """The gradient of the sum of what the student's function returns, by its first argument."""
        self.turn_to(name)
        first.requires_grad_()
        (gradient,) = torch.autograd.grad(self.namespace[name](first, *others).sum(), first)
        return gradient

    def do_gradients(self, ref: Ref, images: Tensor) -> list[Tensor]:
        """The gradients of the sum of a stored network's logits, by images and parameters."""
        network = self.objects[ref.name]
        logits = network(images.requires_grad_())
        return list(torch.autograd.grad(logits.sum(), [images, *network.parameters()]))

    def do_loss(self, ref: Ref, weights: Tensor) -> None:
        """Store a loss as `ref`: each image's summed logits, weighted by the row of its class."""
        self.objects[ref.name] = lambda logits, labels: (logits * weights[labels]).sum(dim=1)

    def do_attack(self, ref: Ref, directions: Tensor, clamped: bool) -> None:
        """Store an attack as `ref` that moves an image by epsilon times the direction of its class.

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
        """Call a student's function, or a stored object by its Ref; store the result on request."""
        seed_everything(seed)
        torch.set_grad_enabled(self.recording)  # a side effect of another call costs points once
        torch.set_num_threads(1)  # whatever number a cell set: cores are shared, and threads wait
        # Without it gradients are so rough that signs differ.
        torch.backends.mkldnn.enabled = True  # type: ignore[assignment]
        self.turn_to(name)
        function = self.objects[name[1:]] if name.startswith("@") else self.namespace[name]
        options = {key: self.object_for(value) for key, value in options.items()}
        with withheld_from(name):
            result = function(*map(self.object_for, arguments), **options)
        self.global_seed = torch.initial_seed()
        if keep is None:
            return result
        self.objects[keep.name] = result
        return describe(result)

    def do_enter(self, ref: Ref, keep: Ref) -> None:
        """Open a `with` block of a stored context manager; store what it gives to `as`."""
        block = contextlib.ExitStack()
        self.objects[keep.name] = block.enter_context(self.objects[ref.name])
        self.blocks[ref.name] = block

    def do_leave(self, ref: Ref, failed: str) -> bool:
        """Leave that block, by an error of the built-in type `failed` if that is not empty. The
        result says whether the block swallowed the error.
        """
        error = getattr(builtins, failed)("an error in the block") if failed else None
        try:
            with self.blocks.pop(ref.name):
                if error is not None:
                    raise error
        except BaseException as raised:
            if raised is not error:
                raise
            return False
        return error is not None

    def do_attribute(self, ref: Ref, name: str) -> Any:
        """The present value of an attribute of a stored object or its part, as in `logits.bias`."""
        return operator.attrgetter(name)(self.objects[ref.name])

    def do_weights(self, ref: Ref) -> list[Tensor]:
        """The tensors of a stored network, in its own order."""
        return [value.detach() for value in nn.Module.state_dict(self.objects[ref.name]).values()]

    def do_traces(self, ref: Ref) -> dict[str, Any]:
        """The traces that a call may leave: modes, gradients, frozen weights and hooks of a stored
        network, and whether gradients are on or off as they were when the cells had run."""
        modules = list(self.objects[ref.name].modules())
        return {
            "training": [module.training for module in modules],
            "recording": torch.is_grad_enabled() is self.recording,
            "frozen": sum(not p.requires_grad for m in modules for p in m.parameters(False)),
            "gradients": sum(p.grad is not None for m in modules for p in m.parameters(False)),
            "hooks": sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in modules),
        }

    def do_graphs(self) -> int:
        """The number of live tensors that still hold the graph they were computed in."""
        gc.collect()
        return sum(
            issubclass(type(each), Tensor) and each.grad_fn is not None for each in gc.get_objects()
        )

    # --- steps -------------------------------------------------------------------------------

    def object_for(self, value: Any) -> Any:
        """The stored object that a Ref names, in a list too; any other value as it is."""
        if isinstance(value, list):
            return [self.object_for(item) for item in value]
        return self.objects[value.name] if isinstance(value, Ref) else value

    def turn_to(self, name: str) -> None:
        """Bind the names as the check cell of `name` found them, if `name` is graded."""
        if self.loaded is not None:
            self.loaded.turn_to(name)


class Silent:
    """Stands in for IPython's shell: takes every call and does nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **kwargs: None


def seed_everything(seed: int) -> None:
    """Set all global random states to `seed`, so that the same run gives the same numbers and
    forked workers do not share a state."""
    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    torch.manual_seed(seed)
