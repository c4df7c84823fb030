"""Imports torchvision's datasets also where its compiled operators do not load.

A torchvision wheel built for CUDA cannot load its operators beside a CPU build of PyTorch. Its
`import` then stops with "operator torchvision::nms does not exist", because a Python registration
asks for two operators that are not declared. Datasets need none of them, so declaring the two is
enough. Where the real operators load, nothing is declared.
"""

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import torch

from course.errors import CourseError

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def torchvision_datasets() -> ModuleType:
    """The module `torchvision.datasets`, imported with the operators declared if need be.

    Raises CourseError where torchvision is not installed: it is an extra, `datasets`.
    """
    if find_spec("torchvision") is None:
        raise CourseError(
            "torchvision is not installed, and downloads and CIFAR-10 need it: "
            "pip install -c constraints.txt torchvision"
        )
    if "torchvision" not in sys.modules and not _load_operators():
        declare_missing_operators()
    from torchvision import datasets  # noqa: PLC0415  only now can it be imported

    module: ModuleType = datasets
    return module


def declare_missing_operators() -> list[str]:
    """Declare those of torchvision's two NMS operators that do not exist; return their names."""
    missing = [name for name in ("nms", "qnms") if not hasattr(torch.ops.torchvision, name)]
    for name in missing:
        torch.library.define(f"torchvision::{name}", _SCHEMA)
    return missing


def _load_operators() -> bool:
    """Try what `import torchvision` will try: to load its extension library `_C`."""
    spec = find_spec("torchvision")
    folders = (spec.submodule_search_locations or []) if spec else []
    for library in (Path(f) / f"_C{suffix}" for f in folders for suffix in EXTENSION_SUFFIXES):
        if library.exists():
            try:
                torch.ops.load_library(library)
            except OSError:
                return False
            return True
    return False
