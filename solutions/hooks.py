"""Assignment 2: watch the outputs of a network's layers, and how far an attack moves them.

A forward hook is a function that PyTorch calls with each output of a module. Everything here puts
hooks on, uses them, and takes them off again.
"""

from __future__ import annotations

from collections.abc import Collection
from types import TracebackType
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from course.inputs import check_images
from course.metrics import evaluating
from course.monitor import Silence, layer_names, record, rows_per_image


class ActivationMonitor:
    """Record statistics of layer outputs while a `with` block runs; leave no hook behind.

        with ActivationMonitor(model) as monitor:
            model(images)
        monitor.stats["conv1"]["zero_fraction"]

    `layers` names modules as `model.named_modules()` does; None watches every leaf, a module
    without children. `stats` maps a layer's name to the statistics of its latest output:
    mean, std (of the whole output, divided by its size), min, max, zero_fraction (the share of
    exact zeros: after a ReLU, the share of units that are off) and shape, a tuple. A layer that has
    not run is not in it, nor is one whose output is no tensor of floating point. Entering again
    starts afresh, but not inside of its own block: that raises ValueError.

    Raises ValueError on entering when a name matches no module, or when there is nothing to
    watch: a monitor that silently records nothing looks like a network without activity. Calling
    F.relu instead of an nn.ReLU module hides that layer, since hooks live on modules. For the same
    reason it refuses compiled and traced networks, which skip hooks, and raises ValueError on
    leaving when the network ran and nothing was recorded, or a layer named in `layers` put out no
    such tensor.
    """

    def __init__(self, model: nn.Module, layers: Collection[str] | None = None) -> None:
        self.model = model
        self.layers = None if layers is None else layer_names(layers)
        self.stats: dict[str, dict[str, Any]] = {}
        self._handles: list[RemovableHandle] = []

    def __enter__(self) -> ActivationMonitor:
        if self._handles:
            raise ValueError("this monitor is watching already: leave its block, or make another")
        self.stats = {}
        watched = watched_modules(self.model, self.layers)
        self._silence = Silence(self.model, watched, by_name=self.layers is not None)
        self._handles.append(self._silence.handle)
        for name, module in watched.items():
            self._handles.append(module.register_forward_hook(self._hook(name)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        while self._handles:
            self._handles.pop().remove()
        if error is None:
            self._silence.refuse()

    def _hook(self, name: str) -> Any:
        def note(module: nn.Module, inputs: Any, output: Any) -> None:
            if self._silence.heard(name, output):
                self.stats[name] = statistics(output)

        return note


def watched_modules(model: nn.Module, layers: Collection[str] | None) -> dict[str, nn.Module]:
    """Return the modules to hook by name: those in `layers`, or every leaf when it is None.

    Raises ValueError when a name is unknown or nothing is left to watch.
    """
    modules = dict(model.named_modules())
    if layers is None:
        names = [name for name, module in modules.items() if not list(module.children())]
    else:
        names = list(layers)
    unknown = [name for name in names if name not in modules]
    if unknown or not names:
        known = ", ".join(name for name in modules if name)
        raise ValueError(f"no layer matches {unknown or 'an empty list'}; layers are: {known}")
    return {name: modules[name] for name in names}


def statistics(output: Tensor) -> dict[str, Any]:
    """Summarise one layer's output, of any shape, in plain numbers that hold no graph alive.

    Raises ValueError for an output without values, as an empty batch has.
    """
    values = output.detach()
    if values.numel() == 0:
        raise ValueError(f"no statistics of shape {tuple(values.shape)}: give at least one image")
    return {
        "mean": values.mean().item(),
        "std": values.std(correction=0).item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": (values == 0).float().mean().item(),
        "shape": tuple(values.shape),
    }


def activation_drift(model: nn.Module, clean: Tensor, adversarial: Tensor) -> dict[str, float]:
    """Return, per leaf layer, how far the attack moves its output relative to its size.

        drift = mean over images of  |a(x_adv) - a(x)|_2 / |a(x)|_2

    with a(x) the layer's output for one image, flattened. A perturbation too small to see at the
    input commonly grows from layer to layer (Liao et al. 2018). A length of 0, where
    every unit is off, is taken as 1e-12: no change is then a drift of 0, not 0/0.

    clean and adversarial (n, C, H, W) in [0, 1], the same images in the same order. The model is
    evaluated in eval mode and left as it was. A layer that does not put out one row per image is
    left out. Raises ValueError when the shapes differ, the batch is empty or not in [0, 1], or no
    layer can be watched; CourseError where a layer puts out NaN.
    """
    if clean.shape != adversarial.shape or len(clean) == 0:
        raise ValueError(
            "clean and adversarial must hold the same images, at least one, got shapes "
            f"{tuple(clean.shape)} and {tuple(adversarial.shape)}"
        )
    check_images(clean, "clean")
    check_images(adversarial, "adversarial")
    with evaluating(model), torch.no_grad():
        with record(model) as before:
            model(clean.clone())  # a network may work in place on what it gets
        with record(model) as after:
            model(adversarial.clone())
    drifts = {}
    moved = rows_per_image(after, len(clean))
    for name, output in rows_per_image(before, len(clean)).items():
        change = (moved[name] - output).norm(dim=1)
        size = output.norm(dim=1).clamp(min=1e-12)
        drifts[name] = (change / size).mean().item()
    return drifts
