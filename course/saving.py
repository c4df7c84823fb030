"""Networks as files: weights and a blueprint in one safetensors file, read without running code."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from course.errors import CourseError
from course.inputs import check_count, check_made, check_network
from course.models import Normalize, Statistics, build

_FORMAT = "adversarial-course model 1"


def save(
    model: nn.Module,
    path: Path,
    *,
    name: str,
    in_channels: int = 1,
    image_size: int = 28,
    num_classes: int = 10,
    normalize: Statistics | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Write weights as safetensors, with all that `load` needs to build the network again.

    `name` and the arguments are those of `build`; `metadata` is anything JSON can hold. For a
    network wrapped by `torch.compile` or `nn.DataParallel`, the inner one is saved. A file
    is replaced whole or not at all, and `~` in its path is your home. Raises CourseError where
    `build` would give other weights or another normalisation than `model` has, metadata is not
    JSON, or the file cannot be written.
    """
    expected = [] if normalize is None else [_statistics(Normalize(*normalize))]
    check_network(model)
    check_made(model)
    arguments = {
        "in_channels": check_count(in_channels, "in_channels"),
        "image_size": check_count(image_size, "image_size"),
        "num_classes": check_count(num_classes, "num_classes"),
        "normalize": normalize and [[float(number) for number in each] for each in normalize],
    }
    path = Path(path).expanduser()
    if not path.name:
        raise CourseError(f"cannot write {str(path)!r}: give a path that ends in a file's name")
    network = _unwrapped(model)
    state = network.state_dict()
    if any(value.is_meta for value in state.values()):
        raise CourseError("a network on the device `meta` has no weights to save")
    weights = {key: value.detach().cpu().contiguous() for key, value in state.items()}
    found = [_statistics(layer) for layer in network.modules() if isinstance(layer, Normalize)]
    if found != expected:  # it has no weights, so nothing else would tell
        raise CourseError(
            f"the network normalises by {found or 'nothing'}, and `save` was given "
            f"normalize={normalize}; give it the means and standard deviations of the network"
        )
    if _shapes(weights) != _shapes(_blueprint(name, arguments).state_dict()):
        raise CourseError(
            f"these weights are not those of '{name}' with {arguments}; save a network with the "
            f"name and arguments that it was built with"
        )
    try:
        header = {
            "format": _FORMAT,
            "name": name,
            "arguments": json.dumps(arguments),
            "metadata": json.dumps(dict(metadata or {})),
        }
    except (TypeError, ValueError) as error:
        raise CourseError(f"metadata must be what JSON can hold: {error}") from error
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(weights, unfinished, header)
        unfinished.replace(path)
    except (OSError, SafetensorError) as error:
        raise CourseError(f"cannot write {path}: {error}") from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


def load(path: Path) -> tuple[nn.Module, dict[str, Any]]:
    """The network that `save` wrote, in evaluation mode, and its metadata.

    Nothing in the file is run. Raises CourseError where it is missing, damaged or not from `save`.
    """
    path = Path(path).expanduser()
    if _is_pickled(path):
        raise CourseError(
            f"{path} was written by torch.save; such a file can run code when it is opened, so "
            f"only safetensors are read here. If you trust it, build the network, fill it with "
            f"`model.load_state_dict(torch.load(path, weights_only=True))` and keep it with "
            f"`course.saving.save`"
        )
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise CourseError(f"cannot read {path} as safetensors: {error}") from error
    foreign = CourseError(
        f"{path} does not hold a network saved by `course train`; train it again, or build the "
        f"network yourself and load its weights with safetensors.torch.load_file"
    )
    if header.get("format") != _FORMAT:
        raise foreign
    try:
        name, arguments = header["name"], json.loads(header["arguments"])
        metadata = json.loads(header["metadata"])
        # Shapes first, without memory: a damaged size would otherwise be allocated.
        if _shapes(weights) != _shapes(_blueprint(name, arguments).state_dict()):
            raise foreign
        model = build(name, **arguments, seed=0).float()
        model.load_state_dict(weights)
    except (KeyError, TypeError, ValueError, RuntimeError, CourseError) as error:
        raise foreign from error
    return model.eval(), metadata


def _is_pickled(path: Path) -> bool:
    """Whether a file begins like one of `torch.save`: as an archive, or formerly as a pickle."""
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except OSError:
        return False  # reading its weights gives the reason
    # The length of a safetensors header can begin with the same two bytes; then a "{" follows it.
    return start[:2] in (b"PK", b"\x80\x02") and start[8:] != b"{"


def _unwrapped(model: nn.Module) -> nn.Module:
    """The inner network, with the weight names that it was built with."""
    if isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
        return _unwrapped(model.module)
    inside = getattr(model, "_orig_mod", None)  # as torch.compile names it
    return model if inside is None else _unwrapped(inside)


def _statistics(layer: Normalize) -> tuple[list[float], list[float]]:
    """Means and standard deviations, as float32 holds them."""
    return layer.mean.flatten().tolist(), layer.std.flatten().tolist()


def _blueprint(name: str, arguments: dict[str, Any]) -> nn.Module:
    """The network with shapes only, in float32 whatever PyTorch's default is at the moment."""
    with torch.device("meta"):
        return build(name, **arguments).float()


def _shapes(weights: Mapping[str, Tensor]) -> dict[str, tuple[torch.Size, torch.dtype]]:
    return {key: (value.shape, value.dtype) for key, value in weights.items()}
