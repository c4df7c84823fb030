"""Extension: a network as an ONNX file, run without PyTorch. Needs the extra `onnx`."""

from __future__ import annotations

import warnings

import numpy
import torch
from onnxruntime import InferenceSession
from torch import Tensor, nn

from course.metrics import evaluating


class OnnxNetwork(nn.Module):
    """A trained network, exported to ONNX and run by ONNX Runtime.

    It keeps the file's bytes as `exported` and a session that runs them as `session`; the PyTorch
    network is not kept. It has logits, no weights and no gradients.
    """

    def __init__(self, model: nn.Module, image_shape: tuple[int, int, int]) -> None:
        """Export `model`, which takes images (n, *image_shape) in [0, 1], for any n >= 1."""
        super().__init__()
        with evaluating(model), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the exporter's own use of PyTorch
            program = torch.onnx.export(
                model,
                (torch.zeros(2, *image_shape),),
                dynamo=True,
                verbose=False,
                input_names=["images"],
                output_names=["logits"],
                dynamic_shapes=({0: torch.export.Dim("batch")},),
            )
        assert program is not None  # as it is with dynamo
        self.exported: bytes = program.model_proto.SerializeToString()
        self.session = InferenceSession(self.exported, providers=["CPUExecutionProvider"])

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits (n, k) of images (n, C, H, W), float32 in [0, 1]; no gradient."""
        batch = numpy.ascontiguousarray(images.detach().numpy())
        (logits,) = self.session.run(None, {"images": batch})
        return torch.from_numpy(logits)
