"""The reference answers where they are installed; elsewhere their stored values.

`solutions/` stays with the instructor. A check imports the reference from here, as in
`from autograder.judge.answer_key import fgsm as reference`, and puts each call into
`Setting.remember`. A student's install has only the values of those calls, in `kept/`: `autograder
bundle` stores them while the reference goes through the public checks. There the imported name can
be used, but not called.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
from dataclasses import is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from autograder import installed
from autograder.student import Network
from course.budget import profile_name
from course.errors import CourseError

if TYPE_CHECKING:
    from solutions import fgsm, hooks, pgd  # noqa: F401  names that `__getattr__` returns

ROOMS = ("autograder.", "course.")  # a stored value may be of a class from here


class NotStored(CourseError):
    """A reference answer was called where it is not installed, and its value is not stored."""


class Absent:
    """The stand-in for a module of `solutions` that is not installed: it cannot be called."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Absent:
        return Absent(f"{self._name}.{name}")

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Raise NotStored: a call means that no value was stored."""
        raise NotStored(
            f"{self._name} belongs to the reference answers, which are not in this copy"
        )


def __getattr__(name: str) -> Any:
    """A module of the reference answers, or an `Absent` in its place."""
    if name.startswith("_"):
        raise AttributeError(name)
    if installed.solutions() is None:
        return Absent(f"solutions.{name}")
    return importlib.import_module(f"solutions.{name}")


# --- stored values -------------------------------------------------------------------------------


def path_of(assignment: str, profile: str) -> Path:
    """The file of the values that the public checks of an assignment compare with."""
    return installed.KEPT / f"{assignment}-{profile_name(profile)}.safetensors"


def stored_values(assignment: str, profile: str) -> dict[str, Any]:
    """The stored values by name; none if the reference answers themselves are installed.

    Raises CourseError if there are neither.
    """
    path = path_of(assignment, profile)
    if not path.is_file():
        if installed.solutions() is not None:
            return {}
        known = sorted(file.stem.removeprefix(f"{assignment}-") for file in known_files(assignment))
        raise CourseError(
            f"this copy of the course cannot check {assignment} on {profile!r}; "
            f"it has the expected values for: {', '.join(known) or 'nothing'}"
        )
    return loads(path.read_bytes())


def known_files(assignment: str) -> list[Path]:
    """The files of one assignment, for all profiles."""
    return list(installed.KEPT.glob(f"{assignment}-*.safetensors"))


def dumps(values: dict[str, Any]) -> bytes:
    """Values by name as one safetensors file. Raises TypeError for one that cannot be stored."""
    tensors: dict[str, Tensor] = {}
    content = {name: flattened(value, tensors) for name, value in values.items()}
    return safetensors.torch.save(tensors, {"values": json.dumps(content)})


def loads(content: bytes) -> dict[str, Any]:
    """The values by name from what `dumps` wrote."""
    # Each in its own memory, aligned as PyTorch aligns it: rounding in kernels may depend on that.
    tensors = {name: part.clone() for name, part in safetensors.torch.load(content).items()}
    size = int.from_bytes(content[:8], "little")  # length of the header, which holds the rest
    header = json.loads(content[8 : 8 + size])["__metadata__"]
    return {name: restored(value, tensors) for name, value in json.loads(header["values"]).items()}


def flattened(value: Any, tensors: dict[str, Tensor]) -> Any:
    """A value as JSON; its tensors go into `tensors`, by the hash of their content."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Tensor):
        whole = value.detach().clone(memory_format=torch.contiguous_format)  # views share storage
        about = f"{whole.dtype} {tuple(whole.shape)} ".encode()
        name = hashlib.sha256(about + whole.numpy().tobytes()).hexdigest()[:24]
        tensors[name] = whole
        return {"tensor": name}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [flattened(item, tensors) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: flattened(item, tensors) for key, item in value.items()}}
    if hasattr(value, "weights") and hasattr(value, "options"):  # a Network: its module is rebuilt
        parts = {"name": value.name, "options": value.options, "weights": value.weights}
        return {"network": flattened(parts, tensors)}
    if is_dataclass(value) and type(value).__module__.startswith(ROOMS):
        kind = f"{type(value).__module__}:{type(value).__name__}"
        # Not only the fields: values of cached properties are there too.
        return {"object": kind, "parts": flattened(dict(vars(value)), tensors)}
    raise TypeError(f"a value of type {type(value).__name__} cannot be stored")


def restored(value: Any, tensors: dict[str, Tensor]) -> Any:
    """The inverse of `flattened`."""
    if not isinstance(value, dict):
        return value
    (kind, content), *more = value.items()
    if kind == "tensor":
        return tensors[content]
    if kind in ("list", "tuple"):
        items = (restored(item, tensors) for item in content)
        return list(items) if kind == "list" else tuple(items)
    if kind == "dict":
        return {key: restored(item, tensors) for key, item in content.items()}
    if kind == "network":
        return network(**restored(content, tensors))
    module, _, name = content.partition(":")
    if kind != "object" or not module.startswith(ROOMS):
        raise CourseError(f"the expected values of this copy are damaged: {kind} {module}")
    return rebuilt(getattr(importlib.import_module(module), name), restored(more[0][1], tensors))


def network(name: str, options: dict[str, Any], weights: list[Tensor]) -> Any:
    """One of the judge's networks."""
    with torch.no_grad():
        return Network.build(name, 0, **options).with_weights(weights)


def rebuilt(kind: type, parts: dict[str, Any]) -> Any:
    """An object with these attributes, equal to the one that was stored."""
    value: Any = object.__new__(kind)
    vars(value).update(parts)
    return value
