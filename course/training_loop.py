"""The parts of every training loop of the course: training mode and batches.

`course.training.fit` and the extensions share it. The reference answers of assignments 1 and 5 do
not, so that they stay as plain as the lectures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm, _NormBase

from course.errors import InputError
from course.inputs import check_made_outside, check_network
from course.metrics import modes_kept, set_mode


@contextmanager
def training_mode(model: nn.Module) -> Iterator[None]:
    """Put a model in training mode for a block; afterwards each module has its own mode again.

    Modes are restored after an error too. A normalisation that was frozen stays frozen, so that
    its running statistics do not move: one that comes in evaluation mode while other layers are in
    training mode, or whose weights take no gradient. Gradients are on in the block, even inside
    `torch.no_grad` or `torch.inference_mode`.

    Raises InputError for a function in place of a network, a network without weights that learn or
    made in inference mode, lazy layers that saw no image, a network whose mode is fixed, and where
    a batch normalisation gets a single image, which has no spread to divide by.
    """
    check_network(model)
    check_made_outside(model)
    if not any(weight.requires_grad for weight in model.parameters()):
        raise InputError(
            f"{type(model).__name__} has no weights that can learn; unfreeze some with "
            f"`requires_grad_(True)`, or add a layer with weights"
        )
    frozen = _frozen(model)
    try:
        # Leaving inference mode switches gradients on as well.
        with modes_kept(model), torch.inference_mode(False):
            set_mode(model, training=True)
            for module in frozen:
                module.eval()
            yield
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise InputError(
            "batch normalisation cannot learn from a batch of one image; train on at least two "
            "images, with a batch_size of 2 or more"
        ) from error


def split_batches(model: nn.Module, order: Tensor, batch_size: int) -> list[Tensor]:
    """Split the indices `order` (N,) into batches; the last one may be smaller.

    A single index that is left over joins the batch before it if the model, in its present mode,
    normalises by the batch: that cannot be done for one image.
    """
    batches = list(order.split(batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1 and batch_size > 1 and _normalises(model):
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


def _frozen(model: nn.Module) -> list[nn.Module]:
    norms = [module for module in model.modules() if isinstance(module, _NormBase)]
    others_learn = any(
        module.training
        for module in model.modules()
        if not isinstance(module, _NormBase) and next(module.children(), None) is None
    )
    return [
        norm
        for norm in norms
        if not norm.training and (others_learn or _weights_frozen(list(norm.parameters())))
    ]


def _weights_frozen(weights: list[nn.Parameter]) -> bool:
    return bool(weights) and not any(weight.requires_grad for weight in weights)


def _normalises(model: nn.Module) -> bool:
    return any(isinstance(module, _BatchNorm) and module.training for module in model.modules())
