"""Reads the output of each layer of a network, for lectures, figures and the playground.

A forward hook sees modules only. A network that calls `torch.relu` instead of holding an `nn.ReLU`
runs the same, but no hook on a ReLU ever fires; neither does one on a layer that is run by
`layer.forward(x)`, or in a compiled or traced network. Such a missing call is an error here.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from course.errors import CourseError, InputError, NotANumberError
from course.inputs import check_count, check_finite, check_network, check_tensor, fitting
from course.metrics import evaluating


class Silence:
    """Finds out whether a network ran while the hooks on its layers had nothing to record.

        silence = Silence(model, watched, by_name=False)
        ...  # a hook on each layer calls silence.heard(name, output)
        model(images)
        silence.handle.remove()
        silence.refuse()

    watched: the names of the layers that have hooks. by_name: the caller named these layers. Raises
    InputError where hooks are skipped: in compiled, traced and scripted networks.
    """

    def __init__(self, model: nn.Module, watched: Iterable[str], *, by_name: bool) -> None:
        self.model = model
        self.asked_for = list(watched) if by_name else []
        self.has_run = self.has_recorded = False
        self.unfit: dict[str, str] = {}  # layer -> the type of its output
        _refuse_translated(model, watched)

        def note_run(module: nn.Module, inputs: tuple[Any, ...]) -> None:
            self.has_run = True

        self.handle = model.register_forward_pre_hook(note_run)

    def heard(self, name: str, output: Any) -> bool:
        """Note that a layer has run; return whether its output is to be recorded.

        That is a dense tensor of floating point: classes, masks and spectra have no mean activity.
        """
        if isinstance(output, Tensor) and output.is_floating_point() and not output.is_sparse:
            self.has_recorded = True
            return True
        kind = f"{'sparse ' * output.is_sparse}{output.dtype}" if isinstance(output, Tensor) else ""
        self.unfit[name] = kind or type(output).__name__
        return False

    def refuse(self) -> None:
        """Raise InputError if the network ran unrecorded, or a named layer gave no such tensor."""
        unfit = [name for name in self.unfit if name in self.asked_for or not self.has_recorded]
        if unfit:
            raise InputError(
                f"layer '{unfit[0]}' ran, but puts out a {self.unfit[unfit[0]]} instead of one "
                f"tensor of floating point; watch a layer behind it, or wrap it in a module that "
                f"returns such a tensor"
            )
        if self.has_run and not self.has_recorded:
            layers = f"layer '{self.asked_for[0]}'" if self.asked_for else "its layers"
            raise InputError(
                f"{type(self.model).__name__} ran, but {layers} did not run as modules do, so no "
                f"hook saw anything; watch a layer that is used, and write `self.layer(x)`, not "
                f"`self.layer.forward(x)`"
            )


def _refuse_translated(model: nn.Module, watched: Iterable[str]) -> None:
    for name, module in model.named_modules():
        scripted = isinstance(module, torch.jit.ScriptModule)
        compiled = hasattr(module, "_orig_mod") or getattr(module, "_compiled_call_impl", None)
        if not (scripted or compiled):
            continue
        inside = [layer for layer in watched if not name or layer.startswith(f"{name}.")]
        if inside:
            how = "traced or scripted" if scripted else "compiled"
            raise InputError(
                f"{type(module).__name__} is {how}, and such a network skips the hooks on its "
                f"layers; watch and run the one it was made from"
                + (", which is its `_orig_mod`" if hasattr(module, "_orig_mod") else "")
            )


@contextmanager
def record(model: nn.Module, layers: Iterable[str] | None = None) -> Iterator[dict[str, Tensor]]:
    """Record the output of layers while the block runs: {layer name: output of its last call}.

    Names are those of `model.named_modules()`; by default every module without children. A layer
    appears once it has run, in the order of running, as a copy outside the gradient, because an
    in-place layer behind it would overwrite the original. Only dense tensors of floating
    point are recorded. No hook stays after the block, even after an error.

    Raises CourseError where a name does not exist, there is no layer to watch, or the network is
    compiled or traced, so that hooks are skipped. Raises it at the end of the block, where the
    network ran but no layer was recorded, or a layer that was named has an output that is no
    such tensor, as an LSTM does.
    """
    outputs: dict[str, Tensor] = {}

    def keep(name: str, output: Any, fit: bool) -> None:
        if fit:
            outputs[name] = output.detach().clone()

    with _listening(model, layers, keep):
        yield outputs


@contextmanager
def _listening(
    model: nn.Module, layers: Iterable[str] | None, note: Callable[[str, Any, bool], None]
) -> Iterator[None]:
    """Call note(name, output, whether it is fit to record) whenever a layer has run.

    Raises as `record` does.
    """
    names = None if layers is None else layer_names(layers)

    def listener(name: str) -> Any:
        def hook(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            note(name, output, silence.heard(name, output))

        return hook

    with ExitStack() as hooks:
        watched = _watched(model, names)
        silence = Silence(model, watched, by_name=names is not None)
        hooks.callback(silence.handle.remove)
        for name, module in watched.items():
            hooks.callback(module.register_forward_hook(listener(name)).remove)
        yield
    silence.refuse()


def layer_names(layers: Iterable[str]) -> list[str]:
    """The names as a list. Raises InputError for one string, which is a list of letters."""
    if isinstance(layers, str):
        raise InputError(f"layers are a list of names: write [{layers!r}], not {layers!r}")
    return list(layers)


def _watched(model: nn.Module, layers: list[str] | None) -> dict[str, nn.Module]:
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
                close = difflib.get_close_matches(str(name), modules, n=1)
                hint = f" (did you mean '{close[0]}'?)" if close else ""
                raise InputError(
                    f"{type(model).__name__} has no layer '{name}'{hint}; its layers are "
                    f"{', '.join(modules) or 'none'}"
                )
        watched = {name: modules[name] for name in layers}
    if not watched:
        raise InputError(
            f"no layer of {type(model).__name__} is watched; name at least one, and write each "
            f"step of the network as a module (nn.ReLU, not torch.relu), since hooks see no other"
        )
    return watched


def rows_per_image(outputs: Mapping[str, Tensor], images: int) -> dict[str, Tensor]:
    """Layers' outputs as one row per image: {layer: (images, values)}, in the same order.

    A layer whose outputs do not lie image after image is left out: one number for the whole batch,
    or a sequence first. Raises InputError where none is left, and NotANumberError where a value is
    NaN or infinite. Numbers of 16 bits become float32, whose mean is not rounded to 16 bits.
    """
    rows = {
        name: output.reshape(images, -1).to(torch.promote_types(output.dtype, torch.float32))
        for name, output in outputs.items()
        if output.ndim and len(output) == images
    }
    if not rows:
        raise InputError(
            f"no layer puts out one row per image: {', '.join(outputs)}; watch layers whose "
            f"output has the shape (n, ...)"
        )
    for name, row in rows.items():
        if not row.isfinite().all():
            raise NotANumberError(
                f"layer '{name}' puts out NaN or an infinity, so it has no drift; look for weights "
                f"that are NaN or very large, or a division by 0"
            )
    return rows


def feature_maps(model: nn.Module, image: Tensor, layer: str) -> Tensor:
    """The output of a layer for one image (C, H, W) or (1, C, H, W): maps (channels, h, w).

    Runs in evaluation mode without gradients. Raises CourseError where the layer does not exist,
    does not run, or has an output other than maps, and where the network does not take the image.
    """
    check_tensor(image, "image")
    batch = image if image.ndim == 4 else image.unsqueeze(0)
    if batch.ndim != 4 or len(batch) != 1:
        raise CourseError(f"feature maps are of one image; got shape {tuple(image.shape)}")
    check_finite(batch)
    with (
        evaluating(model),
        torch.no_grad(),
        record(model, [layer]) as outputs,
        fitting(model, batch),
    ):
        model(batch.clone())  # a network may work in place on what it gets
    maps = outputs[layer]
    if maps.ndim != 4:
        raise CourseError(
            f"layer '{layer}' puts out shape {tuple(maps.shape)}, which is no map; take a "
            f"convolution, or what follows one before flattening"
        )
    return maps[0]


@dataclass(frozen=True)
class LayerRow:
    """One line of a summary: output shape without the batch, parameters of this layer alone.

    For a layer with several output tensors, the shape is that of the first.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int


def layer_summary(model: nn.Module, image_shape: tuple[int, int, int]) -> list[LayerRow]:
    """The layers of a network in the order they run on an image of shape (C, H, W).

    Raises CourseError where the network does not take such images.
    """
    check_network(model)
    sides = tuple(image_shape) if isinstance(image_shape, list | tuple) else ()
    if len(sides) != 3:
        raise InputError(f"an image has a shape (channels, height, width), got {image_shape}")
    for side in sides:
        check_count(side, "each number of an image's shape")
    weight = next(model.parameters(), torch.zeros(0))
    kind = weight.dtype if weight.is_floating_point() else torch.float32
    shapes: dict[str, tuple[int, ...]] = {}

    def note(name: str, output: Any, fit: bool) -> None:
        tensor = _first_tensor(output)
        if tensor is not None:
            shapes[name] = tuple(tensor.shape[1:])

    try:
        with evaluating(model), torch.no_grad(), _listening(model, None, note):
            model(torch.zeros(1, *sides, device=weight.device, dtype=kind))
    except RuntimeError as error:
        raise CourseError(
            f"{type(model).__name__} does not take images of shape {sides}: {error}"
        ) from error
    modules = dict(model.named_modules())
    return [
        LayerRow(
            name,
            type(modules[name]).__name__,
            shape,
            sum(weight.numel() for weight in modules[name].parameters()),
        )
        for name, shape in shapes.items()
    ]


def _first_tensor(output: Any) -> Tensor | None:
    if isinstance(output, Mapping):
        output = list(output.values())
    while isinstance(output, list | tuple) and output:
        output = output[0]
    return output if isinstance(output, Tensor) else None
