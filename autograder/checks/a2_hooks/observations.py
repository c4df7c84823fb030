"""Networks and images for the checks of a2-hooks, and what student and judge record of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import torch
from torch import Tensor

from autograder.checks.a2_hooks import mistakes
from autograder.checks.nearest import rounded
from autograder.judge.checking import (
    Crash,
    Network,
    Ref,
    Setting,
    Student,
    StudentFault,
    Wrong,
    expect_true,
    kind,
    require_number,
)
from course.metrics import evaluating

STATISTICS = (*mistakes.NUMBERS, "zero_fraction", "shape")
CLOSE_ENOUGH = 1e-4  # share of the layer's largest value: sums in another order differ by less
IMAGES = 24  # or up to twice as many
MANY = 120  # so that an answer for the first few images shows

Stats = dict[str, dict[str, Any]]


# --- the judge's networks and images --------------------------------------------------------------


def renamed(setting: Setting, name: str) -> Network:
    """A network with random weights whose outermost layers have names that the judge draws."""
    plain = setting.network(name, f"weights of {name}")
    draw = setting.generator(f"names of {name}")
    names: list[str] = []
    while len(names) < len(list(plain.module.children())):
        parts = torch.randint(0, 5, (3,), generator=draw).tolist()
        word = "".join("bdkmt"[part] + "aeiou"[(part + len(names)) % 5] for part in parts)
        names.append(f"{word}{len(names) + int(torch.randint(1, 50, (), generator=draw))}")
        names = list(dict.fromkeys(names))
    seed = setting.seed(f"weights of {name}")
    return Network.build(name, seed, **plain.options, layer_names=names)


def with_dead_layers(network: Network) -> Network:
    """The same network with a second convolution so far below 0 that all later layers are off."""
    weights = [weight.clone() for weight in network.weights]
    weights[3] -= 1000  # conv1's weight and bias come first, then conv2's
    return network.with_weights(weights)


def some_images(setting: Setting, purpose: str, least: int = IMAGES) -> Tensor:
    """Hidden test images, `least` or up to twice as many, each with its own contrast, so that no
    two count the same.
    """
    draw = setting.generator(purpose)
    images = setting.dataset.test.images
    count = setting.drawn(f"how many {purpose}", least, 2 * least)
    chosen = images[torch.randperm(len(images), generator=draw)[:count]]
    return chosen * (0.2 + 0.8 * torch.rand(len(chosen), 1, 1, 1, generator=draw))


def attacked(setting: Setting, images: Tensor, purpose: str) -> Tensor:
    """The images with noise in place of an attack, of another strength for each image."""
    draw = setting.generator(purpose)
    strength = 0.3 * torch.rand(len(images), 1, 1, 1, generator=draw)
    return (images + strength * torch.randn(images.shape, generator=draw)).clamp(0, 1)


# --- the student's monitor -----------------------------------------------------------------------


def hand_out(student: Student, network: Network, *, training: bool = False) -> Ref:
    """A reference to a fresh copy of `network` in the student's process.

    The names of its classes and the parts of its layer names may come back as words, so that a
    monitor that uses them as keys gets the right diagnosis. They are never shown.
    """
    ref = student.network(network, training=training)
    for name, module in network.module.named_modules():
        student.words.update((type(module).__name__, *name.split(".")))
    return ref


@dataclass
class Observation:
    """The records of a network by the monitor, and of the judge's copy by the judge.

    disturbed: whether the network gave other logits in the block than it gives outside.
    """

    layers: dict[str, mistakes.Layer]
    stats: Stats
    disturbed: bool = False

    @property
    def common(self) -> dict[str, mistakes.Layer]:
        """The layers that both recorded: only their numbers are compared."""
        known = {n: layer for n, layer in self.layers.items() if n in self.stats and layer.outputs}
        if not known:
            raise Wrong(
                f"the names of layers: {listed(mistakes.leaves(self.layers))}",
                "no such name",
                cause=mistakes.other_names(self.stats, self.layers),
                hint="`for name, module in model.named_modules()` gives the names.",
            )
        return known


def observe(
    student: Student,
    network: Network,
    *batches: Tensor,
    layers: Sequence[str] | None = None,
    training: bool = False,
) -> Observation:
    """Let the student's monitor watch a fresh copy of `network` while it runs on `batches`."""
    ref = hand_out(student, network, training=training)
    monitor = student.make("ActivationMonitor", ref, *([] if layers is None else [layers]))
    given = student.enter(monitor)
    logits = [run_watched(student, ref, images) for images in batches]
    student.leave(monitor)
    own = network.with_weights(network.weights).module.train(training)
    seen = mistakes.run(own, *batches)
    return Observation(
        seen, stats_of(student, monitor, given), not same(logits[-1], seen[""].outputs[-1])
    )


def run_watched(student: Student, ref: Ref, images: Tensor) -> Any:
    """The logits of a network in a block. If it fails, the fault names the mistake in the hook."""
    try:
        return student.apply(ref, images)
    except Crash as fault:
        if fault.outside:  # without a hook, the network's own code does not fail
            fault.cause = mistakes.failed_hook(fault.got)
            fault.hint = mistakes.NEXT_STEP[fault.cause]
        raise


def stats_of(student: Student, monitor: Ref, given: Ref) -> Stats:
    """The `.stats` of the object that `with ... as` gives, as a dictionary of dictionaries."""
    try:
        stats = student.attribute(given, "stats")
    except Crash as fault:
        try:
            student.attribute(monitor, "stats")
        except StudentFault:
            raise fault from None
        raise Wrong(
            "the monitor, as what `with ActivationMonitor(model) as monitor` gives",
            "something without `stats`",
            cause="`__enter__` returns nothing, or something other than the monitor",
            hint="End `__enter__` with `return self`.",
        ) from fault
    inner = stats.values() if isinstance(stats, dict) else [stats]
    for value in inner:
        if not isinstance(value, dict):
            raise Wrong(
                "`stats` as a dictionary: layer name to a dictionary of its statistics",
                kind(stats) if value is stats else f"{kind(value)} for a layer",
                cause="`stats` is a method, and an attribute is needed" if is_method(stats) else "",
                hint="stats[name] = {'mean': ..., 'std': ..., and so on}.",
            )
    assert isinstance(stats, dict)
    return stats


def comparable(stats: Stats) -> Stats:
    """The numbers and shapes alone: other values may not compare with `==`, as tensors do not."""
    return {
        name: {key: value for key, value in row.items() if type(value) is float or sizes(value)}
        for name, row in stats.items()
    }


def is_method(value: Any) -> bool:
    """Whether a value that could not cross was a method or function."""
    return getattr(value, "type_name", "") in ("method", "function")


def listed(names: Collection[str]) -> str:
    """Some names for a message."""
    shown = list(names)
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")


# --- whether it is right ---


def require_statistics(found: Mapping[str, Any], name: str) -> None:
    """Raise Wrong unless these are the six statistics: five finite numbers, and a shape."""
    missing = [key for key in STATISTICS if key not in found]
    if missing:
        raise Wrong(
            f"{', '.join(STATISTICS)} of layer '{name}'", f"nothing called {', '.join(missing)}"
        )
    for key in (*mistakes.NUMBERS, "zero_fraction"):
        require_number(found[key], f"`{key}` of layer '{name}'")


def require_numbers_of(observed: Observation, keys: Sequence[str], *, cause: str = "") -> None:
    """Raise Wrong unless these statistics are right for every layer that both recorded."""
    wrong: dict[tuple[str, str], float] = {}
    right: dict[tuple[str, str], float] = {}
    for name, layer in observed.common.items():
        require_statistics(observed.stats[name], name)
        output = layer.outputs[-1]
        for key in keys:
            found = float(observed.stats[name][key])
            expected = mistakes.taken(key, output)
            if not is_right(found, expected, key, output):
                wrong[name, key], right[name, key] = found, expected
    if wrong:
        (name, key), found = next(iter(wrong.items()))
        pairs = ((value, right[place]) for place, value in wrong.items())
        cause = rounded(pairs) or mistakes.other_statistic(wrong, observed.layers) or cause
        if observed.disturbed:
            cause = mistakes.REPLACED
        raise Wrong(
            f"`{key}` {right[name, key]:.4g} of layer '{name}'",
            f"{found:.4g}",
            cause=cause,
            hint=mistakes.next_step(cause)
            or "A forward hook is called with (module, inputs, output): summarise `output`, all of "
            "it.",
        )


def is_right(found: float, expected: float, key: str, output: Tensor) -> bool:
    """Whether a statistic is right; a standard deviation may be divided by n or by n - 1."""
    if key == "zero_fraction":
        return abs(found - expected) <= 0.001
    tolerance = CLOSE_ENOUGH * max(float(output.abs().max()), 1e-6)
    if key == "std" and abs(found - float(output.std())) <= tolerance:
        return True
    return abs(found - expected) <= tolerance


def sizes(value: Any) -> TypeGuard[list[int]]:
    """Whether a value is a short list of whole numbers, as a shape is."""
    return isinstance(value, list) and len(value) <= 8 and all(type(v) is int for v in value)


def require_names(
    found: Collection[str],
    right: Collection[str],
    layers: Mapping[str, mistakes.Layer],
    *,
    cause: str = "",
    extra: str = "it has names that no layer of this network has: return only its layers",
) -> None:
    """Raise Wrong unless these are the names of the layers, in whatever order.

    extra: the cause if all of them are there, and others too.
    """
    missing = [name for name in right if name not in found]
    more = [name for name in found if name not in right]
    parts = ([f"without {listed(missing)}"] if missing else []) + (
        [f"with {len(more)} more"] if more else []
    )
    if not parts:
        return
    likely = cause or mistakes.other_names(found, layers) or ("" if missing else extra)
    raise Wrong(
        f"the layers {listed(right)}",
        f"{len(found)} layer{'' if len(found) == 1 else 's'}, {' and '.join(parts)}",
        cause=likely,
        hint=mistakes.next_step(likely)
        or "Give each layer one entry, under its name in `model.named_modules()`.",
    )


def same(found: Any, right: Tensor) -> bool:
    """Whether an answer equals this tensor, up to rounding."""
    return (
        isinstance(found, Tensor)
        and found.shape == right.shape
        and bool(((found - right).abs() <= 1e-3 * right.abs().max()).all())
    )


# --- drift ---


@dataclass
class DriftAnswer:
    """One answer of `activation_drift`, and the judge's values on its own copy of the network."""

    clean: dict[str, mistakes.Layer]
    attacked: dict[str, mistakes.Layer]
    found: dict[str, float]
    right: dict[str, float]


def drift(
    student: Student,
    network: Network,
    clean: Tensor,
    adversarial: Tensor,
    *,
    training: bool = False,
) -> DriftAnswer:
    """Ask the student's function about a fresh copy of `network`."""
    ref = hand_out(student, network, training=training)
    answer = student.call("activation_drift", ref, clean, adversarial)
    own = network.with_weights(network.weights).module
    with evaluating(own):
        before, after = mistakes.run(own, clean), mistakes.run(own, adversarial)
    return DriftAnswer(before, after, require_drifts(answer), mistakes.drifts(before, after))


def require_drifts(answer: Any) -> dict[str, float]:
    """The answer as a dictionary of finite floats. Raises Wrong where it is none, or is empty."""
    if not isinstance(answer, dict) or not answer:
        raise Wrong(
            "a dictionary: layer name to drift",
            "an empty dictionary" if answer == {} else kind(answer),
            cause="the function ends without `return`" if answer is None else "",
        )
    return {
        name: require_number(value, f"the drift of layer '{name}'")
        for name, value in answer.items()
    }


def require_dead_layers(drifted: DriftAnswer) -> None:
    """Raise Wrong if of all layers only those without any change have no entry."""
    missing = [name for name in drifted.right if name not in drifted.found]
    if missing and any(drifted.right.values()) and not any(map(drifted.right.get, missing)):
        raise Wrong(
            f"a drift of 0 in {listed(missing)}",
            "no entry",
            cause="a layer that puts out zeros alone is left out: its drift is 0",
            hint="Divide by the length clamped to 1e-12 from below: 0 divided by that is 0.",
        )


def require_right(drifted: DriftAnswer, *, cause: str = "") -> None:
    """Raise Wrong unless the drift is right for every layer that both recorded."""
    common = {n: value for n, value in drifted.found.items() if n in drifted.right}
    if not common:
        raise Wrong(
            f"the names of layers: {listed(drifted.right)}",
            "no such name",
            cause=mistakes.other_names(drifted.found, drifted.clean),
        )
    wrong = {
        name: value
        for name, value in common.items()
        if not abs(value - drifted.right[name]) <= 1e-6 + 1e-3 * drifted.right[name]
    }
    if wrong:
        name, value = next(iter(wrong.items()))
        raise Wrong(
            f"a drift of {drifted.right[name]:.4g} in layer '{name}'",
            f"{value:.4g}",
            cause=rounded((value, drifted.right[name]) for name, value in wrong.items())
            or mistakes.other_drift(wrong, drifted.clean, drifted.attacked)
            or cause,
            hint="For each image: the L2 length of the change over that of the clean output. Then "
            "the mean.",
        )


# --- traces ---


def without_a_trace(before: dict[str, Any], after: dict[str, Any], what: str) -> None:
    """Raise Wrong if hooks, gradients or another mode are left on a network."""
    expect_true(
        after["hooks"] == before["hooks"],
        f"no hook left on the network after {what}",
        f"{after['hooks'] - before['hooks']} more hooks than before",
        cause="hooks are registered before the names are checked"
        if "not begin" in what
        else "hooks are not removed, or not all of them",
        hint="Check all names first, then register; remove every handle when the block ends.",
    )
    expect_true(
        after["gradients"] == before["gradients"],
        "no gradients left on the weights",
        f"{after['gradients']} weights with a gradient",
        cause="backward() was called",
    )
    expect_true(
        after["training"] == before["training"],
        "every layer in the mode it was in",
        "another mode",
        cause="model.eval() or model.train() was called, and the old mode was not restored",
        hint="`with evaluating(model):` restores the mode of every module.",
    )
