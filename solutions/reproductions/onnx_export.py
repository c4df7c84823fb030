"""Exporting a network to ONNX and running it there: report 003's eighth exercise.

Needs the extra `onnx`; PyTorch's exporter and the runtime are imported when they are used.
"""

from __future__ import annotations

from importlib.util import find_spec

import torch
from torch import Tensor, nn

from course.errors import CourseError


def installed() -> bool:
    """Whether the packages of the extra `onnx` are installed."""
    return all(find_spec(name) for name in ("onnx", "onnxscript", "onnxruntime"))


def export(model: nn.Module, image_shape: tuple[int, int, int]) -> bytes:
    """The network as an ONNX file: "images" (batch, C, H, W) in [0,1] to "logits".

    It is exported in evaluation mode, with any number of images, and checked by `onnx.checker`.
    Raises CourseError where the extra `onnx` is missing.
    """
    _require_onnx()
    import onnx  # noqa: PLC0415  an extra

    from solutions.extensions.onnx_network import OnnxNetwork  # noqa: PLC0415  needs it too

    exported = OnnxNetwork(model, image_shape).exported
    onnx.checker.check_model(onnx.load_from_string(exported), full_check=True)
    return exported


def run(exported: bytes, images: Tensor, batch_size: int = 512) -> Tensor:
    """Logits (n, num_classes) for images (n, C, H, W) in [0,1], computed by ONNX Runtime.

    Raises CourseError where the extra `onnx` is missing.
    """
    _require_onnx()
    import onnxruntime  # noqa: PLC0415  an extra

    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    batches = (batch.contiguous().numpy() for batch in images.split(batch_size))
    return torch.cat([torch.from_numpy(session.run(None, {"images": x})[0]) for x in batches])


def _require_onnx() -> None:
    if not installed():
        raise CourseError("ONNX is not installed: pip install 'adversarial-course[onnx]'")
