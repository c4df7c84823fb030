"""The checks of a2-hooks: the records of a monitor, when it makes them, and the drift of layers.

The student's monitor runs in the student's process, around one of the judge's networks and on the
judge's images. The judge computes every number again on its own copy. It cannot be certain that no
hook is left, but it sees the effect of one: numbers that change after the block. The networks have
other layers in another order, and some layer names are drawn at random.
"""

from __future__ import annotations

from functools import partial

import pytest
from torch import Tensor

from autograder.checks.a2_hooks import mistakes
from autograder.checks.a2_hooks.observations import (
    MANY,
    Observation,
    attacked,
    drift,
    observe,
    renamed,
    require_dead_layers,
    require_names,
    require_numbers_of,
    require_right,
    require_statistics,
    same,
    sizes,
    some_images,
    stats_of,
    with_dead_layers,
    without_a_trace,
)
from autograder.checks.a2_hooks.side_effects import (
    OTHER_ERRORS,
    answers_as_unwatched,
    ends_with_an_error,
    learns_as_unwatched,
    monitors_are_independent,
    stays_after_the_block,
)
from autograder.checks.refusals import refusal, require_refusal
from autograder.judge.checking import (
    Network,
    Ref,
    Setting,
    Student,
    Wrong,
    expect_true,
    graded_for,
    kind,
    require,
    train_victim,
)

LECTURE = "lectures/hooks/"
graded_monitor = graded_for("activation_monitor", lecture=LECTURE)
graded_drift = graded_for("activation_drift", lecture=LECTURE)


MADE_WHOLE = True
make_ahead = train_victim


# --- ActivationMonitor: what it records ----------------------------------------------------------


@graded_monitor()
def test_monitor_records_statistics(student: Student, handin: Setting) -> None:
    """Around a trained network it records six statistics of each layer"""
    require(student, "ActivationMonitor", "class")
    images = some_images(handin, "first images")
    observed = observe(student, handin.victim, images)
    if not observed.stats:
        cause = why_empty(student, handin.victim, images)
        raise Wrong(
            "statistics of the layers that ran",
            "an empty `stats` after the block",
            cause=cause,
            hint=mistakes.NEXT_STEP[cause],
        )
    for name in observed.common:
        require_statistics(observed.stats[name], name)


def why_empty(student: Student, network: Network, images: Tensor) -> str:
    """The reason why `stats` is empty after a block: never filled, or emptied at the end."""
    ref = student.network(network)
    monitor = student.make("ActivationMonitor", ref)
    given = student.enter(monitor)
    student.apply(ref, images)
    stats = stats_of(student, monitor, given)
    student.leave(monitor)
    return mistakes.EMPTIED if stats else mistakes.SILENT


@pytest.fixture(scope="module")
def hidden(student: Student, handin: Setting) -> Observation:
    """The monitor around a network with random weights, random names and a random batch size.

    So a shape recorded from other images is wrong.
    """
    images = some_images(handin, "hidden images", MANY)
    return observe(student, renamed(handin, "fast-cnn"), images)


@graded_monitor(points=2, needs="monitor_records_statistics")
def test_monitor_measures_the_output(hidden: Observation, measures: dict[str, float]) -> None:
    """mean, std, min and max are those of the layer's whole output"""
    measures["layers"] = len(hidden.common)
    require_numbers_of(hidden, mistakes.NUMBERS)


@graded_monitor(points=1, needs="monitor_records_statistics")
def test_monitor_counts_the_zeros(hidden: Observation) -> None:
    """zero_fraction is the share of exact zeros"""
    require_numbers_of(hidden, ["zero_fraction"])


@graded_monitor(points=1, needs="monitor_records_statistics")
def test_monitor_notes_the_shape(hidden: Observation) -> None:
    """shape is the output's, with the number of images"""
    for name, layer in hidden.common.items():
        right, found = layer.outputs[-1].shape, hidden.stats[name].get("shape")
        expect_true(
            sizes(found) and found == list(right),
            f"shape {tuple(right)} of layer '{name}'",
            str(tuple(found)) if sizes(found) else kind(found),
            cause=mistakes.other_shape(found, layer.outputs[-1]),
            hint="tuple(output.shape)",
        )


@graded_monitor(points=2, needs="monitor_notes_the_shape")
def test_monitor_watches_every_leaf(student: Student, handin: Setting) -> None:
    """Every leaf that runs is in it, nested ones too, and nothing else"""
    images = some_images(handin, "images for leaves", 6)
    for name in ("tiny-cnn", "small-resnet", "functional-cnn", "shared-relu-cnn"):
        observed = observe(student, renamed(handin, name), images)
        require_names(
            observed.stats,
            mistakes.leaves(observed.layers),
            observed.layers,
            extra="layers of another network are in it: is `stats` an attribute of the class?",
        )


@graded_monitor(points=1, needs="monitor_measures_the_output")
def test_monitor_keeps_the_latest_output(student: Student, handin: Setting) -> None:
    """The numbers are those of the layer's latest output, as it left the layer"""
    batches = some_images(handin, "earlier images", 11), some_images(handin, "later images", 7)
    for name in ("tiny-cnn", "shared-relu-cnn"):
        observed = observe(student, renamed(handin, name), *batches)
        require_numbers_of(
            observed,
            mistakes.NUMBERS,
            cause="a layer may run more than once in a block: each run replaces the one before",
        )


@graded_monitor(points=1, needs="monitor_notes_the_shape")
def test_monitor_watches_chosen_layers(student: Student, handin: Setting) -> None:
    """Given names of layers, it records those and no others, whole blocks too"""
    network = renamed(handin, "small-resnet")
    outer = [name for name, _ in network.module.named_children()]
    chosen = [f"{outer[3]}.conv2", outer[5], outer[2]]
    images = some_images(handin, "images for chosen layers", 9)
    observed = observe(student, network, images, layers=chosen)
    cause = mistakes.other_choice(observed.stats, chosen, outer[5], observed.layers)
    require_names(observed.stats, chosen, observed.layers, cause=cause)


# --- ActivationMonitor: when it records ----------------------------------------------------------


@graded_monitor(points=1, needs="monitor_watches_chosen_layers")
def test_monitor_refuses_what_matches_nothing(student: Student, handin: Setting) -> None:
    """A name that no layer has is a ValueError, and so is an empty list"""
    network = renamed(handin, "tiny-cnn")
    first = next(name for name, _ in network.module.named_children())
    images = some_images(handin, "images for names", 4)
    attempts = {
        "a name that no layer has": ["no-such-layer"],
        "such a name beside the right one": [first, "no-such-layer"],
        "an empty list of layers": [],
    }
    for what, layers in attempts.items():
        ref = student.network(network)
        require_refusal(
            partial(begin, student, ref, layers),
            f"for {what}",
            got="a monitor that goes on",
            cause="an empty list counts as false in `if layers`: ask `layers is None`"
            if not layers
            else "a monitor that watches nothing looks like a network in which nothing happens",
            hint="raise ValueError(...) in `__enter__`, before any hook is registered.",
        )
        student.apply(ref, images)  # the process is alive: it raised an error and did not exit
    observed = observe(student, network, images, layers=[first])
    require_names(observed.stats, [first], observed.layers)


def begin(student: Student, ref: Ref, layers: list[str]) -> None:
    """Make and enter a monitor of these layers."""
    student.enter(student.make("ActivationMonitor", ref, layers))


@graded_monitor(points=2, needs="monitor_notes_the_shape")
def test_monitor_records_in_the_block_only(student: Student, handin: Setting) -> None:
    """Nothing is recorded before the block or after it, even where an error ends it"""
    network = renamed(handin, "tiny-cnn")
    images, others = some_images(handin, "inside", 8), some_images(handin, "outside", 5)
    ref = student.network(network)
    monitor = student.make("ActivationMonitor", ref)
    student.apply(ref, others)
    given = student.enter(monitor)
    expect_true(
        not stats_of(student, monitor, given),
        "an empty `stats` when the block begins",
        "statistics of a run before the block",
        cause="hooks are registered in `__init__`, or `stats` is not emptied when the block begins",
        hint="Register in `__enter__`, and set `self.stats = {}` there.",
    )
    student.apply(ref, images)
    student.leave(monitor)
    stays_after_the_block(student, ref, monitor, given, others)

    ends_with_an_error(student, network, images, others, "Exception")
    for error in OTHER_ERRORS:
        try:
            ends_with_an_error(student, network, images, others, error)
        except Wrong as fault:
            fault.got += f", where a block ends with {error}"
            fault.fraction = 1 / 2
            raise


@graded_monitor(points=1, needs="monitor_measures_the_output")
def test_monitor_leaves_others_alone(student: Student, handin: Setting) -> None:
    """The network answers and learns as without it; a second monitor or block changes nothing"""
    answers_as_unwatched(student, handin)
    learns_as_unwatched(student, handin)
    images, later = some_images(handin, "two monitors", 7), some_images(handin, "later", 5)
    monitors_are_independent(student, renamed(handin, "strided-cnn"), images, later)


@graded_monitor(needs="monitor_measures_the_output")
def test_monitor_leaves_no_trace(student: Student, handin: Setting) -> None:
    """Good practice, no points: no hook and no graph is left, and the network is as it was"""
    network, images = renamed(handin, "tiny-cnn"), some_images(handin, "images for traces", 4)
    first = next(name for name, _ in network.module.named_children())
    ref = student.network(network, training=True)
    before = student.traces(ref)
    graphs = student.graphs()
    for failed in ("", "Exception"):
        monitor = student.make("ActivationMonitor", ref)
        student.enter(monitor)
        student.apply(ref, images)
        student.leave(monitor, failed=failed)
    without_a_trace(before, student.traces(ref), "a block")
    expect_true(
        student.graphs() <= graphs,
        "no output kept with the graph behind it after a block",
        "outputs of layers whose graphs stay in memory",
        cause="outputs are kept as they are, and each holds on to all that it was computed from",
        hint="Keep numbers alone, by `.item()`, or copies: `output.detach().clone()`.",
    )
    if refusal(partial(begin, student, ref, [first, "no-such-layer"])) is not None:
        without_a_trace(before, student.traces(ref), "a block that could not begin")


# --- activation_drift ----------------------------------------------------------------------------


@graded_drift(points=3)
def test_drift_is_the_mean_relative_change(
    student: Student, handin: Setting, measures: dict[str, float]
) -> None:
    """Drift is the mean over the images of the relative L2 change of a layer's output"""
    require(student, "activation_drift", "function")
    images = some_images(handin, "images for drift", MANY)
    moved = attacked(handin, images, "attack for drift")
    drifted = drift(student, renamed(handin, "strided-cnn"), images, moved)
    measures["layers"] = len(drifted.found)
    require_right(drifted)


@graded_drift(points=1, needs="drift_is_the_mean_relative_change")
def test_drift_covers_every_leaf(student: Student, handin: Setting) -> None:
    """Every leaf that runs has a drift, nested ones too, and nothing else"""
    images = some_images(handin, "images for leaves", 6)
    moved = attacked(handin, images, "attack for leaves")
    for name in ("small-resnet", "functional-cnn"):
        drifted = drift(student, renamed(handin, name), images, moved)
        require_names(drifted.found, drifted.right, drifted.clean)


@graded_drift(points=1, needs="drift_is_the_mean_relative_change")
def test_drift_copes_with_layers_in_place(student: Student, handin: Setting) -> None:
    """A layer that works in place does not change what was stored of the layer before it"""
    images = some_images(handin, "images in place", 12)
    moved = attacked(handin, images, "attack in place")
    require_right(
        drift(student, renamed(handin, "shared-relu-cnn"), images, moved),
        cause="of a layer that runs twice the latest output counts",
    )


@graded_drift(points=1, needs="drift_is_the_mean_relative_change")
def test_drift_is_measured_in_eval_mode(student: Student, handin: Setting) -> None:
    """It is measured in eval mode, and the network goes on in the mode it was in"""
    network, images = renamed(handin, "small-resnet"), some_images(handin, "images for modes")
    moved = attacked(handin, images, "attack for modes")
    require_right(
        drift(student, network, images, moved, training=True),
        cause="the network ran in train mode, where batch normalisation mixes the images",
    )
    ref = student.network(network, training=True)
    student.call("activation_drift", ref, images, moved)
    logits = student.apply(ref, images)
    own = network.with_weights(network.weights).module.train()
    expect_true(
        same(logits, mistakes.run(own, images)[""].outputs[-1]),
        "a network that is in train mode again afterwards",
        "a network that gives other answers",
        cause="it was put in eval mode and not put back",
        hint="`with evaluating(model):` restores the mode of every module.",
    )


@graded_drift(points=1, needs="drift_is_the_mean_relative_change")
def test_drift_of_a_dead_layer_is_zero(student: Student, handin: Setting) -> None:
    """What is off and stays off has a drift of 0, and so have images that did not change"""
    network = with_dead_layers(renamed(handin, "tiny-cnn"))
    images = some_images(handin, "images for dead layers", 10)
    moved = attacked(handin, images, "attack for dead layers")
    for adversarial in (moved, images.clone()):
        try:
            drifted = drift(student, network, images, adversarial)
        except Wrong as fault:
            if fault.cause == "a division by zero":
                fault.cause = "0 divided by 0: the output of a layer that is off has length 0"
                fault.hint = "Keep the divisor above 0: `.clamp(min=1e-12)`."
            raise
        require_right(drifted, cause="a small number added to every length, or to a change")
        require_dead_layers(drifted)


@graded_drift(points=1, needs="drift_is_the_mean_relative_change")
def test_drift_refuses_other_images(student: Student, handin: Setting) -> None:
    """Two batches of different shape are a ValueError, not stretched to fit"""
    network, images = renamed(handin, "tiny-cnn"), some_images(handin, "images to refuse", 6)
    ref = student.network(network)
    stretched = "one image is compared with each of the others, since PyTorch stretches it"
    unlike = "nothing compares the shapes of clean and adversarial"
    pairs = {
        "for several clean images and one adversarial image": (images, images[:1], stretched),
        "for one clean image and several adversarial ones": (images[:1], images, stretched),
        "for one adversarial image fewer": (images, images[1:], unlike),
        "for adversarial images of another height": (images, images[:, :, 2:], unlike),
        "where there are no images": (images[:0], images[:0], "the mean of nothing is no number"),
    }
    for what, (clean, adversarial, cause) in pairs.items():
        require_refusal(
            partial(student.call, "activation_drift", ref, clean, adversarial),
            what,
            got="a result",
            cause=cause,
            hint="Compare `clean.shape` with `adversarial.shape` first, and raise ValueError.",
        )
    require_right(drift(student, network, images, attacked(handin, images, "not refused")))


@graded_drift(needs="drift_is_the_mean_relative_change")
def test_drift_leaves_no_trace(student: Student, handin: Setting) -> None:
    """Good practice, no points: no hook is left, and the network is as it was"""
    network, images = renamed(handin, "tiny-cnn"), some_images(handin, "images for traces", 4)
    ref = student.network(network, training=True)
    before = student.traces(ref)
    student.call("activation_drift", ref, images, attacked(handin, images, "attack for traces"))
    without_a_trace(before, student.traces(ref), "the call")
