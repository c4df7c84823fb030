"""Removes from a value whatever could carry a hidden input, so that the rest may be shown."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Set
from typing import Any

import numpy
import torch
from torch import nn

from autograder.worker.protocol import REASONS, Opaque

# Words that may come back unchanged, beside the names of a network's layers: those of the worker
# and of the exercises. Any other word could spell an input.
WORDS = {"function", "class", "value", "missing"}
WORDS |= {"training", "recording", "gradients", "frozen", "hooks"}


def concealed(value: Any, words: Set[str]) -> Any:
    """The value without the student's words, which could carry an input.

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
