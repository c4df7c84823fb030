"""Diagnoses for a2-hooks: the known mistake that a wrong monitor or drift looks like."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

NUMBERS = ("mean", "std", "min", "max")
Numbers = Mapping[tuple[str, str], float]  # (layer, statistic) to the student's value


@dataclass(frozen=True)
class Layer:
    """The inputs and outputs of one module while it was watched, call by call.

    left: the outputs themselves, not copies: a later layer that works in place may have changed
    them.
    """

    module: nn.Module
    inputs: list[Tensor] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)
    left: list[Tensor] = field(default_factory=list)

    @property
    def is_leaf(self) -> bool:
        """Whether it has no modules inside."""
        return next(self.module.children(), None) is None


@contextmanager
def watching(model: nn.Module) -> Iterator[dict[str, Layer]]:
    """Watch every module of the judge's copy of the network, containers too, by its name."""
    layers = {name: Layer(module) for name, module in model.named_modules()}

    def before(layer: Layer) -> Callable[..., None]:
        return lambda module, inputs: layer.inputs.append(inputs[0].detach().clone())

    def after(layer: Layer) -> Callable[..., None]:
        def keep(module: nn.Module, inputs: Any, output: Tensor) -> None:
            layer.outputs.append(output.detach().clone())
            layer.left.append(output.detach())

        return keep

    with ExitStack() as hooks:
        for layer in layers.values():
            hooks.callback(layer.module.register_forward_pre_hook(before(layer)).remove)
            hooks.callback(layer.module.register_forward_hook(after(layer)).remove)
        yield layers


def run(model: nn.Module, *batches: Tensor) -> dict[str, Layer]:
    """The outputs of the modules of the judge's network on these batches, one after the other."""
    with watching(model) as layers, torch.no_grad():
        for images in batches:
            model(images)
    return layers


def leaves(layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """The leaves that ran, which a monitor of every leaf has to record."""
    return {name: layer for name, layer in layers.items() if layer.is_leaf and layer.outputs}


# --- causes with a next step of their own --------------------------------------------------------

REPLACED = "a hook that returns a value replaces the layer's output with it"
NO_HOOK = "`_hook` returns nothing, so that None was registered and not a hook"
NO_ARGUMENTS = "a hook takes three arguments: the module, its inputs and its output"
NOT_CALLED = f"{NO_ARGUMENTS}; and {REPLACED}"
LAST_NAME = (
    "only the last layer is in it: all hooks made in a loop look up `name` when they are called, "
    "and by then it is the last name"
)
EMPTIED = "`__exit__` empties `stats`"
SILENT = "no hook was called: are hooks registered, on modules that run?"
EVAL_MODE = "the network was put in eval mode: watch it as it is"
CUT = "a hook returns `output.detach()`, or the block switches gradients off"
SWITCHED_OFF = "gradients were switched off, and not switched on again"
CONTAINERS = "modules that contain others are watched too, not only leaves"
OUTERMOST = "only the outermost modules are watched: `named_modules` lists the inner ones too"
NEARLY_ZERO = "the share of values near 0, not of exact zeros"
ZERO_OR_LESS = "the share of values of 0 or less, not of exact zeros"

TAKEN_OFF = "the end of a monitor's block removed hooks that are not its own"
STILL_ON = "its hooks are still on the network after its block, or all monitors share one `stats`"
NOT_AGAIN = "a second block of one monitor records nothing: register in `__enter__`"

NOTHING = "Let the hook return nothing: no `return` at all."
A_LEAF = "A leaf is a module without children: `not list(module.children())`."
NEXT_STEP = {
    REPLACED: NOTHING,
    NO_HOOK: "End `_hook` with `return` and the name of the function that it defines.",
    NO_ARGUMENTS: "Define it as `def note(module, inputs, output):`.",
    NOT_CALLED: "Define it as `def note(module, inputs, output):`, and let it return nothing.",
    LAST_NAME: "Let a function make each hook, with the name as its argument: `self._hook(name)`.",
    EMPTIED: "Remove the hooks in `__exit__`, and leave `stats` as it is.",
    SILENT: "Register a forward hook on every leaf in `__enter__`; fill `stats` in the hook.",
    EVAL_MODE: "Leave out `model.eval()`.",
    CUT: "Let the hook return nothing, and detach in `statistics` alone.",
    SWITCHED_OFF: "Leave them on: `.detach()` in `statistics` is enough. Then restart the kernel.",
    TAKEN_OFF: "Call `.remove()` of the handles that this monitor keeps, and touch no other hook.",
    STILL_ON: "Remove every handle in `__exit__`, and set `self.stats = {}` in `__enter__`.",
    NOT_AGAIN: "Register in `__enter__`, each time; `__init__` keeps the model and the layers.",
    CONTAINERS: A_LEAF,
    OUTERMOST: A_LEAF,
    ZERO_OR_LESS: "Compare with `== 0`.",
    NEARLY_ZERO: "Compare with `== 0`.",
}


def next_step(cause: str) -> str:
    """The next step for a cause that ends in a known one; empty if there is none."""
    return next((step for known, step in NEXT_STEP.items() if cause.endswith(known)), "")


def failed_hook(error: str) -> str:
    """The reason why a watched network cannot run: the mistake in the hook, read from the error."""
    if "'NoneType' object is not callable" in error:
        return NO_HOOK
    if "positional argument" in error:
        return NO_ARGUMENTS
    return REPLACED if "Tensor" in error or "attribute" in error else NOT_CALLED


# --- which layers --------------------------------------------------------------------------------


def other_names(found: Collection[str], layers: Mapping[str, Layer]) -> str:
    """The cause of names other than those of the leaves that ran."""
    names, right = set(found), leaves(layers).keys()
    rectifiers = {name for name in right if isinstance(layers[name].module, nn.ReLU)}
    outermost = {name for name in layers if name and "." not in name}
    if len(right) > 1 and names == {[name for name in layers if layers[name].is_leaf][-1]}:
        return LAST_NAME
    if names == rectifiers:
        return "only modules of the class nn.ReLU are watched: a network may call F.relu instead"
    if names and names <= {type(layer.module).__name__ for layer in layers.values()}:
        return "the keys are names of classes: layers of one class overwrite each other"
    if names >= right and names <= layers.keys():
        more = names - right
        if any(layers[name].is_leaf for name in more):
            return "a layer that did not run is in it: fill `stats` only in the hook"
        return CONTAINERS
    if names == outermost or names == {name for name in outermost if layers[name].is_leaf}:
        return OUTERMOST
    weighted = {name for name in right if any(True for _ in layers[name].module.parameters())}
    if names == weighted:
        return "only layers with weights are watched"
    if names - layers.keys() and names <= {name.rpartition(".")[2] for name in layers}:
        return (
            "the keys are the last parts of names: layers with one last part overwrite each other"
        )
    return "" if names else SILENT


def other_choice(
    found: Collection[str], chosen: Sequence[str], block: str, layers: Mapping[str, Layer]
) -> str:
    """The cause of names other than the chosen ones; `block` is a module that holds others."""
    if set(found) == {chosen[-1]}:
        return LAST_NAME
    if set(found) >= leaves(layers).keys():
        return "every leaf is watched: `layers` is not used"
    if block not in found:
        return "a chosen layer may be a block of several modules: look for it among all of them"
    return "the keys must be the names that were given"


# --- numbers of one output -----------------------------------------------------------------------

STATISTICS: dict[str, Callable[[Tensor], Tensor]] = {
    "mean": torch.mean,
    "std": lambda values: values.std(correction=0),
    "min": torch.min,
    "max": torch.max,
    "zero_fraction": lambda values: (values == 0).float().mean(),
}

# Other tensors that a statistic may have been computed from, not the layer's latest output.
SOURCES: dict[str, Callable[[Layer], Tensor]] = {
    "of what goes into the layer, not of what comes out": lambda layer: layer.inputs[-1],
    "of the output after a later layer changed it in place: take it in the hook, or "
    "clone the output": lambda layer: layer.left[-1],
    "of the first output in the block, not of the latest": lambda layer: layer.outputs[0],
    "of all outputs in the block together, not of the latest": lambda layer: torch.cat(
        [output.flatten() for output in layer.outputs]
    ),
    "of the first image alone": lambda layer: layer.outputs[-1][:1],
    "of the last image alone": lambda layer: layer.outputs[-1][-1:],
    "of the mean over the images": lambda layer: layer.outputs[-1].mean(dim=0),
    "of the absolute values": lambda layer: layer.outputs[-1].abs(),
    "of the values above 0": lambda layer: layer.outputs[-1][layer.outputs[-1] > 0],
    "of the output after a ReLU of your own": lambda layer: layer.outputs[-1].relu(),
}

NEAR_ZERO = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.1)  # thresholds for `== 0`, by mistake

# Other statistics of the right tensor.
WAYS: dict[str, dict[str, Callable[[Tensor], Tensor]]] = {
    "mean": {"the sum": torch.sum, "the median": torch.median, "the standard deviation": torch.std},
    "std": {
        "the variance: its root is missing": torch.var,
        "the mean": torch.mean,
        "the mean over the images of each image's own": lambda values: (
            values.flatten(1).std(dim=1).mean()
        ),
    },
    "min": {"the largest: min and max are exchanged": torch.max},
    "max": {"the smallest: min and max are exchanged": torch.min},
    "zero_fraction": {
        ZERO_OR_LESS: lambda v: (v <= 0).float().mean(),
        "the share of values that are not 0": lambda v: (v != 0).float().mean(),
        "the number of zeros, not their share": lambda v: (v == 0).sum(),
        "in percent; a fraction is asked for": lambda v: 100 * (v == 0).float().mean(),
        "the zeros for each image, not for each value": lambda v: (v == 0).sum() / len(v),
        "the share of units that are 0 for every image": lambda v: (
            (v == 0).all(dim=0).float().mean()
        ),
    },
}


def other_statistic(found: Numbers, layers: Mapping[str, Layer]) -> str:
    """The cause of wrong numbers: one other tensor or formula that explains all of them."""
    for key in {key for _, key in found}:
        for what, way in WAYS[key].items():
            mine = {name: value for (name, each), value in found.items() if each == key}
            outputs = {name: layers[name].outputs[-1] for name in mine}
            if all(near(value, way(outputs[name]).item()) for name, value in mine.items()):
                return f"`{key}` is {what}"
    shares = {name: value for (name, key), value in found.items() if key == "zero_fraction"}
    for size in NEAR_ZERO if shares else ():
        outputs = {name: layers[name].outputs[-1].abs() for name in shares}
        if all(
            near(value, (outputs[name] <= size).float().mean().item())
            for name, value in shares.items()
        ):
            return f"`zero_fraction` is {NEARLY_ZERO}"
    for what, source in SOURCES.items():
        if all(
            near(value, taken(key, source(layers[name]))) for (name, key), value in found.items()
        ):
            return f"it is the value {what}"
    if all(abs(value) < 1e-12 for value in found.values()):
        return "every number is 0: the entries were made, but never filled"
    return ""


def taken(key: str, values: Tensor) -> float:
    """One statistic of a tensor; NaN of an empty one."""
    return STATISTICS[key](values).item() if values.numel() else float("nan")


def near(found: float, value: float) -> bool:
    """Whether two numbers are equal, up to rounding and the divisor of a variance."""
    return abs(found - value) <= 1e-6 + 0.002 * abs(value)


def other_shape(found: object, output: Tensor) -> str:
    """The cause of another shape."""
    shape = list(output.shape)
    others = {
        "the shape of one image's output: the size of the batch is missing": shape[1:],
        "the size of the batch is taken as 1": [1, *shape[1:]],
        "the number of values": [output.numel()],
    }
    if not isinstance(found, list):
        return "a list or tuple of sizes is asked for: `tuple(output.shape)`"
    return next((words for words, other in others.items() if found == other), "")


# --- drift ---------------------------------------------------------------------------------------

Drift = Callable[[Tensor, Tensor], Tensor]  # of two outputs (n, values), clean and attacked


def lengths(values: Tensor) -> Tensor:
    """The L2 length of each image's values (n, values)."""
    return values.norm(dim=1).clamp(min=1e-12)


# Other measures of the change between a layer's two outputs.
OTHER_DRIFTS: dict[str, Drift] = {
    "one ratio for the whole batch: take it for each image, then the mean": lambda a, b: (
        (b - a).norm() / a.norm().clamp(min=1e-12)
    ),
    "the mean change over the mean length: divide for each image, then take the mean": (
        lambda a, b: lengths(b - a).mean() / lengths(a).mean()
    ),
    "the length of the change, not divided by the length of the output": lambda a, b: lengths(
        b - a
    ).mean(),
    "the change is divided by the attacked output's length, not by the clean one's": (
        lambda a, b: (lengths(b - a) / lengths(b)).mean()
    ),
    "the L1 norm is taken, the sum of absolute values; the L2 norm is asked for": lambda a, b: (
        (b - a).abs().sum(dim=1) / a.abs().sum(dim=1).clamp(min=1e-12)
    ).mean(),
    "the largest value is taken in place of the L2 norm": lambda a, b: (
        (b - a).abs().amax(dim=1) / a.abs().amax(dim=1).clamp(min=1e-12)
    ).mean(),
    "the square of the length: the root is missing": lambda a, b: (
        (lengths(b - a) / lengths(a)).square().mean()
    ),
    "the sum over the images, not the mean": lambda a, b: (lengths(b - a) / lengths(a)).sum(),
    "the largest of the images, not the mean": lambda a, b: (lengths(b - a) / lengths(a)).amax(),
    "the median of the images, not the mean": lambda a, b: (lengths(b - a) / lengths(a)).median(),
    "the first image alone": lambda a, b: (lengths(b - a) / lengths(a))[0],
    "the difference of the two lengths, not the length of the difference": lambda a, b: (
        (lengths(b) - lengths(a)).abs() / lengths(a)
    ).mean(),
    "a fraction is asked for, and this is in percent": lambda a, b: (
        100 * (lengths(b - a) / lengths(a)).mean()
    ),
    "the mean size of a change in one value": lambda a, b: (b - a).abs().mean(),
}


def other_drift(
    found: Mapping[str, float], clean: Mapping[str, Layer], attacked: Mapping[str, Layer]
) -> str:
    """The other measure of change that gives these numbers."""

    def is_that(drift: Drift, part: Callable[[Layer], Tensor], *, flat: bool = True) -> bool:
        for name, value in found.items():
            a, b = part(clean[name]).double(), part(attacked[name]).double()
            if not near(value, (drift(a.flatten(1), b.flatten(1)) if flat else drift(a, b)).item()):
                return False
        return True

    for words, drift in OTHER_DRIFTS.items():
        if is_that(drift, lambda layer: layer.outputs[-1]):
            return words
    if is_that(relative_change, lambda layer: layer.outputs[-1], flat=False):
        return "the outputs are not flattened: `norm(dim=1)` is then a length for each place"
    if is_that(relative_change, lambda layer: layer.inputs[-1]):
        return "it is the change of what goes into the layer, not of what comes out"
    if is_that(relative_change, lambda layer: layer.left[-1]):
        return (
            "a layer that works in place has overwritten the stored output: clone the output in "
            "the hook"
        )
    if all(abs(value) < 1e-12 for value in found.values()):
        return (
            "no change at all: were the same images run twice, or do both runs fill one dictionary?"
        )
    return ""


def relative_change(clean: Tensor, attacked: Tensor) -> Tensor:
    """The right measure, of two outputs (n, values)."""
    return ((attacked - clean).norm(dim=1) / lengths(clean)).mean()


def drifts(clean: Mapping[str, Layer], attacked: Mapping[str, Layer]) -> dict[str, float]:
    """The right measure of every leaf's latest outputs."""
    pairs = {name: (clean[name].outputs[-1], attacked[name].outputs[-1]) for name in leaves(clean)}
    return {
        name: relative_change(a.flatten(1).double(), b.flatten(1).double()).item()
        for name, (a, b) in pairs.items()
    }
