"""The promises in the docstrings of `train` and `adversarial_train` beside a trained network.

Modes and data are left as they were, impossible arguments are refused, and each image is seen once
in an epoch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.checks.new_task import Training
from autograder.checks.refusals import refuses
from autograder.judge.checking import (
    Crash,
    Network,
    Ref,
    Setting,
    Split,
    Student,
    StudentFault,
    expect_true,
    same_weights,
)

KEEP_MODES = (
    "Before: modes = [(module, module.training) for module in model.modules()]. "
    "Afterwards: module.training = mode for each pair."
)
BATCHES = 8  # of the counted epoch
CLOSE = 1e-4  # of a running mean that float32 rounds
MARKED = 3  # images, each in a training of its own
MOMENTUM = 0.1  # of PyTorch's batch normalisation


# --- what a training leaves ----------------------------------------------------------------------


@dataclass
class Kept:
    """Images and labels on the student's side, beside what the judge put there."""

    split: Split
    images: Ref
    labels: Ref

    @classmethod
    def of(cls, student: Student, split: Split) -> Kept:
        """Put images and labels on the student's side, to read them back later."""
        return cls(split, student.keep(split.images), student.keep(split.labels))

    def changed(self, student: Student) -> str:
        """The data that a call has changed: the images, the labels, or nothing."""
        for name, ref in (("images", self.images), ("labels", self.labels)):
            now = student.attribute(ref, "data")
            before = getattr(self.split, name)
            if not isinstance(now, Tensor) or not torch.equal(now, before):
                return name
        return ""


def require_unchanged(changed: str) -> None:
    """Raise Wrong unless `changed`, as `Kept.changed` returns it, is empty."""
    expect_true(
        not changed,
        "images and labels as they were given",
        f"other {changed} after the call",
        cause=f"the {changed} were changed in place, by `+=`, `x[...] =` or a method that ends "
        "in _",
        hint="Compute a new tensor: images = (images - mean) / std changes only the name.",
    )


def require_modes(
    student: Student, setting: Setting, name: str, split: Split, **options: Any
) -> None:
    """Raise Wrong unless the student's `name` leaves every module in the mode it came in.

    The network comes in training mode, in evaluation mode, and with some of its layers in each.
    """
    ref = student.network(setting.network("simple-cnn", "modes"))
    count = len(student.traces(ref)["training"])
    mixed = torch.rand(count, generator=setting.generator("modes")) < 0.5
    mixed[:2] = torch.tensor([True, False])  # `model.training` alone does not show it
    for modes in ([True] * count, [False] * count, mixed.tolist()):
        student.mode(ref, training=modes)
        student.call(name, ref, split.images, split.labels, **options)
        after = student.traces(ref)["training"]
        expect_true(
            after == modes,
            f"every module in the mode it came in, {in_words(modes)}",
            in_words(after),
            cause=other_modes(modes, after),
            hint=KEEP_MODES,
        )


def in_words(modes: Sequence[bool]) -> str:
    """The modes of a network's modules, for a message."""
    if len(set(modes)) > 1:
        return f"{sum(modes)} of {len(modes)} in training mode"
    return f"{'training' if modes[0] else 'evaluation'} mode"


def other_modes(before: Sequence[bool], after: Sequence[bool]) -> str:
    """The reason why modules are not in the mode they were in."""
    if len(set(before)) > 1 and len(set(after)) == 1:
        return (
            "the whole network gets one mode afterwards: a layer that was frozen in evaluation "
            "mode, or was in training mode, loses its own"
        )
    if all(after):
        return "model.train() was called, and the old modes were not restored"
    return "model.eval() was called, and the old modes were not restored"


def refuses_what_cannot_be_trained_on(
    student: Student, setting: Setting, name: str, *, sizes: bool, **options: Any
) -> None:
    """Raise Wrong unless the student's `name` raises ValueError as its docstring promises.

    sizes: whether it promises to refuse epochs and batch sizes below 1.
    """
    ref = student.network(setting.network("tiny-cnn", "refused"))
    some = setting.test_images(setting.drawn("images refused", 8, 16))
    pair, once = (ref, some.images, some.labels), {"epochs": 1, **options}
    cases: dict[str, tuple[Sequence[Any], dict[str, Any]]] = {
        "no images": ((ref, some.images[:0], some.labels[:0]), once),
        "one label too few": ((ref, some.images, some.labels[:-1]), once),
        "one label too many": ((ref, some.images[:-1], some.labels), once),
    }
    if sizes:
        cases["epochs=0"] = (pair, {**once, "epochs": 0})
        cases["batch_size=0"] = (pair, {**once, "batch_size": 0})
        cases["batch_size=-1"] = (pair, {**once, "batch_size": -1})
    refuses(student, name, cases)


# --- a training ----------------------------------------------------------------------------------


@dataclass
class Trained:
    """One of the judge's networks after a training by the student."""

    network: Network
    losses: object
    changed: bool
    overwritten: str  # what of its images and labels was written into, or nothing
    training: Training


def trained_by(
    student: Student,
    setting: Setting,
    name: str,
    network: Network,
    split: Split,
    *,
    epochs: int,
    **options: Any,
) -> Trained:
    """The result of the student's `name` on a copy of `network`; only its weights come back."""
    ref, kept = student.network(network), Kept.of(student, split)
    before = student.cpu_seconds()
    losses = student.call(
        name,
        ref,
        kept.images,
        kept.labels,
        epochs=epochs,
        seconds=setting.limits.train_seconds,
        **options,
    )
    computed = student.cpu_seconds() - before
    trained = network.with_weights(student.weights(ref))
    return Trained(
        trained,
        losses,
        not same_weights(network.weights, trained.weights),
        kept.changed(student),
        Training(network.weights, trained.weights, computed, epochs * len(split)),
    )


# --- what a training does ------------------------------------------------------------------------


def nothing_trained(losses: object) -> str:
    """The reason why the weights are unchanged. losses: those that were reported."""
    if isinstance(losses, list) and len(losses) > 1 and losses[-1] < 0.8 * losses[0]:
        return (
            "the losses fall, and the network that was given stays as it was: another one is "
            "trained, a copy or a new one"
        )
    return "the model was not trained in place, or the optimiser never takes a step"


def adding_up(student: Student, setting: Setting, name: str, **options: Any) -> str:
    """The cause if gradients are not cleared between steps; empty otherwise.

    The gradient of the last bias is at most 1. In this network no step changes it much, so after
    ten steps it is near 10 where it adds up.
    """
    fresh = setting.network("tiny-cnn", "gradients")
    weights = [torch.zeros_like(weight) for weight in fresh.weights]
    weights[-1][0] = 50
    ref = student.network(fresh.with_weights(weights))
    images = setting.dataset.train.images[:20]
    labels = torch.ones(len(images), dtype=torch.int64)
    with contextlib.suppress(StudentFault):
        student.call(name, ref, images, labels, epochs=1, batch_size=2, **options)
        gradient = student.attribute(ref, "logits.bias.grad")
        if isinstance(gradient, Tensor) and gradient.abs().max() > 2:
            return "the gradients of all steps add up: they are never cleared"
    return ""


# --- how often each image is seen ----------------------------------------------------------------


@dataclass
class Passes:
    """The number of runs of a network in training mode in one epoch of `BATCHES` batches."""

    total: int
    marked: list[float]  # shares of the running mean that marked images have, times the batch size
    size: int  # images in a batch

    @property
    def each(self) -> float:
        """Runs for each batch, if every run took one batch."""
        return self.total / BATCHES

    @property
    def in_a_row(self) -> bool:
        """Whether each batch was run some times in a row, or in parts, and never again."""
        runs = self.total // BATCHES
        if runs * BATCHES != self.total:
            return False
        kept = 1 - MOMENTUM
        row = MOMENTUM * sum(kept**turn for turn in range(runs))
        rights = [row * kept ** (runs * later) for later in range(BATCHES)]
        rights += [
            MOMENTUM * self.size / part * kept**later
            for part in part_sizes(self.size, runs)
            for later in range(self.total)
        ]
        return all(
            any(abs(marked - right) <= CLOSE * right for right in rights) for marked in self.marked
        )


def passes(
    student: Student, setting: Setting, name: str, *, training: bool = True, **options: Any
) -> Passes:
    """Count the runs of a network in training mode while the student's `name` trains it.

    training: the mode in which it comes.

    Its batch normalisation counts them, and the running mean forgets older batches, so it shows
    when one image was seen: all are black but that one. All layers behind are 0, so only the last
    bias learns, and the input of the normalisation never changes.
    """
    fresh = setting.network("fast-cnn", "passes")
    weights = [weight.clone() for weight in fresh.weights]
    weights[1].zero_()  # so that black images are 0 where they are normalised
    for weight in weights[8:]:
        weight.zero_()
    network = fresh.with_weights(weights)
    size = setting.drawn("batch of the counted epoch", 130, 150)
    labels = torch.arange(BATCHES * size) % setting.dataset.num_classes
    total = 0
    shares: list[float] = []
    for turn in range(MARKED):  # one share alone could fit by chance
        marked = setting.drawn(f"marked image {turn}", 0, len(labels) - 1)
        images = torch.zeros(len(labels), *setting.dataset.image_shape)
        images[marked] = 1
        ref = student.network(network, training=training)
        try:
            student.call(name, ref, images, labels, epochs=1, batch_size=size, **options)
        except Crash:
            trains_without_norms(student, setting, name, images, labels, **options)
            return Passes(BATCHES, shares, size)
        after = student.weights(ref)
        mean = normalised(network, images[marked : marked + 1])
        total = int(after[7])
        shares.append(size * (after[5].double() @ mean / (mean @ mean)).item())
        if total <= BATCHES:
            break
    return Passes(total, shares, size)


def trains_without_norms(
    student: Student, setting: Setting, name: str, images: Tensor, labels: Tensor, **options: Any
) -> None:
    """Let `name` train a network that normalises no batches; raises what it raises there.

    torch.func refuses networks that do. Such a training is right, and what those would have shown
    of it stays unknown: it is not held against the student.
    """
    ref = student.network(setting.network("tiny-cnn", "without norms"))
    student.call(name, ref, images, labels, epochs=1, **options)


def part_sizes(size: int, parts: int) -> set[int]:
    """The numbers of images that a part may have if a batch of `size` is split in `parts` parts.

    All are equal but for a shorter last one, as from split() and chunk(), or differ by one image.
    """
    if parts < 1:
        return set()
    alike = [part for part in range(1, size + 1) if -(-size // part) == parts]
    last = [size - (parts - 1) * part for part in alike]
    return {*alike, *last, size // parts, -(-size // parts)} - {0}


def normalised(network: Network, image: Tensor) -> Tensor:
    """The mean of each channel of what the batch normalisation gets, in double precision."""
    with torch.no_grad():
        for layer, module in network.module.named_children():
            if layer == "norm":
                break
            image = module(image)
    return image.double().mean(dim=(0, 2, 3))


def require_every_weight_moved(training: Training) -> None:
    """Raise Wrong where a layer's weights or biases are as they were before the training."""
    pairs = list(zip(training.before, training.after, strict=True))
    still = sum(torch.equal(before, after) for before, after in pairs)
    expect_true(
        still == 0,
        "other weights and biases in every layer",
        f"{still} of {len(pairs)} as they were",
        cause="the optimiser has only a part of the parameters, or some of them are frozen",
        hint="Give the optimiser `model.parameters()`.",
    )


def require_one_epoch(found: Passes) -> None:
    """Raise Wrong if a network was run on more images than those of the one epoch asked for."""
    expect_true(
        found.total <= BATCHES or found.in_a_row,
        f"one epoch, as asked for: {BATCHES} batches, each seen once",
        f"{found.total} runs of the network in training mode",
        cause="more epochs are trained than were asked for, or on more images than were given",
        hint="One turn of the outer loop for each of `epochs`, over the images given, is all.",
    )


# --- seeds ---------------------------------------------------------------------------------------


def seeded_runs(
    student: Student, network: Network, split: Split, name: str, **options: Any
) -> tuple[bool, bool]:
    """Whether one seed gives the same weights twice, and whether another seed gives others."""
    runs = []
    for seed, global_seed in ((7, 1), (7, 2), (8, 1)):
        ref = student.network(network)
        student.call(
            name,
            ref,
            split.images,
            split.labels,
            epochs=1,
            seed=seed,
            global_seed=global_seed,
            **options,
        )
        runs.append(student.weights(ref))
    return same_weights(*runs[:2]), not same_weights(runs[0], runs[2])
