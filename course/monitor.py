"""Looking inside a network: what each layer puts out, for lectures, figures and the playground.

A forward hook sees modules only. A network that calls `torch.relu` instead of holding an `nn.ReLU`
runs the same, but no hook on a ReLU ever fires; that silence is made an error here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from course.errors import CourseError
from course.metrics import evaluating


@contextmanager
def record(model: nn.Module, layers: Sequence[str] | None = None) -> Iterator[dict[str, Tensor]]:
    """Keep the output of layers while the block runs: {layer name: output of its last call}.

    Names are those of `model.named_modules()`; by default every module without children. A layer
    appears once it has run, in the order of running, as a copy outside the gradient, because an
    in-place layer behind it would overwrite the original. What is not a tensor is not kept.
    No hook survives the block, even after an error.

    Raises CourseError where a name does not exist or there is no layer to watch.
    """
    outputs: dict[str, Tensor] = {}

    def keep(name: str) -> Any:
        def hook(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            if isinstance(output, Tensor):
                outputs[name] = output.detach().clone()

        return hook

    with ExitStack() as hooks:
        for name, module in _watched(model, layers).items():
            hooks.callback(module.register_forward_hook(keep(name)).remove)
        yield outputs


def _watched(model: nn.Module, layers: Sequence[str] | None) -> dict[str, nn.Module]:
    modules = {name: module for name, module in model.named_modules() if name}
    if layers is None:
        watched = {
            name: module
            for name, module in modules.items()
            if next(module.children(), None) is None
        }
    else:
        for name in layers:
            if name not in modules:
                close = difflib.get_close_matches(name, modules, n=1)
                hint = f" (did you mean '{close[0]}'?)" if close else ""
                raise CourseError(
                    f"{type(model).__name__} has no layer '{name}'{hint}; its layers are "
                    f"{', '.join(modules) or 'none'}"
                )
        watched = {name: modules[name] for name in layers}
    if not watched:
        raise CourseError(
            f"no layer of {type(model).__name__} is watched; name at least one, and write each "
            f"step of the network as a module (nn.ReLU, not torch.relu), since hooks see no other"
        )
    return watched


def feature_maps(model: nn.Module, image: Tensor, layer: str) -> Tensor:
    """What one layer sees in one image (C, H, W) or (1, C, H, W): maps (channels, height, width).

    Runs in evaluation mode without gradients. Raises CourseError where the layer does not exist,
    does not run, or puts out something else than maps.
    """
    batch = image if image.ndim == 4 else image.unsqueeze(0)
    if batch.ndim != 4 or len(batch) != 1:
        raise CourseError(f"feature maps are of one image; got shape {tuple(image.shape)}")
    with evaluating(model), torch.no_grad(), record(model, [layer]) as outputs:
        model(batch)
    if layer not in outputs:
        raise CourseError(f"layer '{layer}' did not run on this image; the network skips it")
    maps = outputs[layer]
    if maps.ndim != 4:
        raise CourseError(
            f"layer '{layer}' puts out shape {tuple(maps.shape)}, which is no map; take a "
            f"convolution, or what follows one before flattening"
        )
    return maps[0]


@dataclass(frozen=True)
class LayerRow:
    """One line of a summary: output shape without the batch, parameters of this layer alone."""

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int


def layer_summary(model: nn.Module, image_shape: tuple[int, int, int]) -> list[LayerRow]:
    """The layers of a network in the order they run on an image of shape (C, H, W).

    Raises CourseError where the network does not take such images.
    """
    device = next((weight.device for weight in model.parameters()), torch.device("cpu"))
    try:
        with evaluating(model), torch.no_grad(), record(model) as outputs:
            model(torch.zeros(1, *image_shape, device=device))
    except RuntimeError as error:
        raise CourseError(
            f"{type(model).__name__} does not take images of shape {tuple(image_shape)}: {error}"
        ) from error
    modules = dict(model.named_modules())
    return [
        LayerRow(
            name,
            type(modules[name]).__name__,
            tuple(output.shape[1:]),
            sum(weight.numel() for weight in modules[name].parameters()),
        )
        for name, output in outputs.items()
    ]
