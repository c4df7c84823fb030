"""A device that is not there: tensors on the processor that behave as if they were on a GPU.

Tensors that are moved to `cuda` are marked. An operation on marked and unmarked tensors, or a NumPy
array of a marked one, is an error as on a real GPU. So any machine finds code that assumes that
everything is on the processor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten, tree_map

CUDA, CPU = torch.device("cuda"), torch.device("cpu")
MARK = "_on_the_fake_device"
# An index, or a number without dimensions, may be on the processor.
MIXING = {"__getitem__", "__setitem__", "index_put_", "to", "copy_"}
MIXING |= {"_has_compatible_shallow_copy_type"}  # called by Module.to with old and new weights
BACK = {"cpu", "item", "tolist", "__int__", "__float__", "__bool__", "__index__", "__repr__"}


class Generator(torch.Generator):
    """A generator that knows which device it was made for; it draws on the processor."""

    made_for: str

    def __new__(cls, device: Any = "cpu") -> Generator:
        made = super().__new__(cls)
        made.made_for = torch.device(device).type
        return made


class FakeDevice(TorchFunctionMode):
    """Marks tensors that are moved to `cuda`, and refuses the operations that a GPU refuses."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        name = getattr(func, "__name__", "")
        if name == "_parse_to" or func is torch.device:  # arguments are only read
            return func(*args, **kwargs)
        tensors = [each for each in tree_flatten((args, kwargs))[0] if isinstance(each, Tensor)]
        marked = [each for each in tensors if hasattr(each, MARK)]
        if name == "__get__":
            return self.attribute(func, args, marked)
        if name == "__set__":
            value = func(*args)
            if hasattr(args[1], MARK):
                setattr(args[0], MARK, True)
            return value
        wanted = [each for each in tree_flatten((args, kwargs))[0] if is_device(each)]
        args, kwargs = tree_map(on_processor, (args, kwargs))
        if name == "numpy" and marked:
            raise TypeError("can't convert cuda tensor to numpy; use Tensor.cpu()")
        if name not in MIXING and marked:
            alone = [each for each in tensors if each.ndim and not hasattr(each, MARK)]
            if alone:
                raise RuntimeError(f"{name}: tensors on two devices, cuda and cpu")
        result = func(*args, **kwargs)
        moved = any(torch.device(each).type == "cuda" for each in wanted)
        if name in BACK or (wanted and not moved):
            return tree_map(unmarked, result)
        if moved or (marked and name not in ("size", "stride")):
            if moved and not marked and name == "to":
                result = result.clone()
            self.check_generator(kwargs.get("generator"), "cuda")
            return tree_map(mark, result)
        if tensors or name in ("rand", "randn", "randint", "randperm"):
            self.check_generator(kwargs.get("generator"), "cpu")
        return result

    def attribute(self, func: Any, args: tuple[Any, ...], marked: list[Tensor]) -> Any:
        """A property of a tensor; a part of a marked one is marked."""
        if func == Tensor.device.__get__:  # type: ignore[attr-defined]
            return CUDA if marked else CPU
        value = func(*args)
        return mark(value) if marked else value

    def check_generator(self, generator: Any, device: str) -> None:
        """A generator must be made for the device that it draws on."""
        if isinstance(generator, Generator) and generator.made_for != device:
            raise RuntimeError(f"expected a {device!r} device type for generator")


def is_device(value: Any) -> bool:
    """Whether an argument names a device."""
    return isinstance(value, torch.device) or (isinstance(value, str) and value in ("cuda", "cpu"))


def on_processor(value: Any) -> Any:
    """The processor in place of any device."""
    return CPU if is_device(value) else value


def mark(value: Any) -> Any:
    """The value, marked where it is a tensor."""
    if isinstance(value, Tensor):
        setattr(value, MARK, True)
    return value


def unmarked(value: Any) -> Any:
    """A tensor without the mark: another one, since the marked one stays where it is."""
    if not isinstance(value, Tensor) or not hasattr(value, MARK):
        return value
    return value.detach().clone()


@contextmanager
def fake_device(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDevice]:
    """A block in which `cuda` seems to be there."""
    mode = FakeDevice()
    monkeypatch.setattr(torch, "Generator", Generator)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    real = torch.random.fork_rng
    monkeypatch.setattr(
        torch.random, "fork_rng", lambda devices=(), enabled=True: real([], enabled=enabled)
    )
    copy = torch.nn.Parameter.__deepcopy__

    def copied(weight: Any, memo: Any) -> Any:
        made = copy(weight, memo)
        return mark(made) if hasattr(weight, MARK) else made

    monkeypatch.setattr(torch.nn.Parameter, "__deepcopy__", copied)
    with mode:
        yield mode
