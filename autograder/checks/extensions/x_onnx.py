"""The checks of x-onnx, without points: a network exported to a file.

The file stays in the student's process. The judge sees its logits, and that no PyTorch weights are
left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.judge.checking import (
    Crash,
    Network,
    Ref,
    Setting,
    Student,
    Wrong,
    expect,
    expect_true,
    graded_for,
    kind,
    metrics,
    require,
)

MADE_WHOLE = True  # nothing
graded = graded_for("onnx_network", lecture="lectures/practice/")
# Two runtimes add in another order; logits of this size then differ by about 1e-6.
TOLERANCE = 1e-4


@dataclass
class Exported:
    """The student's export of a network in training mode, and its effect on that network."""

    network: Network
    made: Ref
    before: dict[str, Any]
    after: dict[str, Any]


@pytest.fixture(scope="module")
def exported(student: Student, setting: Setting) -> Exported:
    """An exported network with batch normalisation, which answers differently in training mode."""
    require(student, "OnnxNetwork", "class")
    network = setting.network("small-resnet", "to be exported")
    images = setting.dataset.train.images[:64]
    network.module.train()
    network.module(images)  # so that the running averages are not those of a new network
    ref = student.network(network, training=True)
    before = student.traces(ref)
    made = student.make("OnnxNetwork", ref, list(setting.dataset.image_shape))
    return Exported(network, made, before, student.traces(ref))


def answered(student: Student, exported: Exported, images: Tensor) -> Tensor:
    """The logits that the exported network gives, of the right shape."""
    logits = student.apply(exported.made, images.clone())
    wanted = (len(images), metrics.predict(exported.network.module, images[:1]).shape[1])
    if not isinstance(logits, Tensor) or logits.shape != wanted:
        shape = f", shape {tuple(logits.shape)}" if isinstance(logits, Tensor) else ""
        raise Wrong(
            f"logits of shape {wanted}",
            f"{kind(logits)}{shape}",
            cause="session.run returns a list with one NumPy array: torch.from_numpy(it[0])",
        )
    return logits


@graded()
def test_onnx_takes_any_number_of_images(
    student: Student, setting: Setting, exported: Exported
) -> None:
    """One image, two or seven: the file takes them all"""
    for count in (1, 2, 7):
        try:
            answered(student, exported, setting.test_images(count).images)
        except Crash as fault:
            raise Wrong(
                f"logits for {count} images",
                fault.got,
                cause="the number of images of the example was exported as a constant",
                hint="dynamic_shapes=({0: torch.export.Dim('batch')},), and an example with 2.",
            ) from fault


@graded(needs="onnx_takes_any_number_of_images")
def test_onnx_gives_the_same_logits(
    student: Student, setting: Setting, exported: Exported, measures: dict[str, float]
) -> None:
    """The exported network gives the logits of the network in evaluation mode"""
    images = setting.test_images(32).images
    answer = answered(student, exported, images)
    right = metrics.predict(exported.network.module, images)
    exported.network.module.train()
    with torch.no_grad():
        noisy = exported.network.module(images)
    exported.network.module.eval()
    causes = {
        "it was exported in training mode": noisy,
        "a softmax was exported with it": F.softmax(right, dim=1),
        "the probabilities' logarithms are exported": F.log_softmax(right, dim=1),
    }
    off = (answer - right).abs().max().item()
    measures["largest_difference"] = off
    near = (why for why, other in causes.items() if torch.allclose(answer, other, atol=1e-3))
    expect(off, "logits that differ by", at_most=TOLERANCE, cause=next(near, ""))


@graded(needs="onnx_gives_the_same_logits")
def test_onnx_stands_alone(student: Student, exported: Exported) -> None:
    """Only the file is left: there are no PyTorch weights behind it"""
    kept = student.weights(exported.made)
    expect_true(
        not kept,
        "a module without weights",
        f"one with {len(kept)} tensors",
        cause="the PyTorch network is still an attribute, and perhaps used in place of the file",
        hint="Keep the bytes and the session.",
    )


@graded()
def test_onnx_leaves_no_trace(exported: Exported) -> None:
    """The network that was exported is in the mode it was in"""
    expect_true(
        exported.before == exported.after,
        "every layer in the mode it was in, no hook and no gradient left",
        "another state",
        cause="model.eval() was called, and the old mode was not restored",
        hint="`with evaluating(model):` restores the modes.",
    )
