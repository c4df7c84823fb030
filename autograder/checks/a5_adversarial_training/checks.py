"""The checks of a5-adversarial-training: is the trained network robust, and still accurate?

The judge gives a fresh network of its own architecture and takes back only the weights. It attacks
them with its own PGD, on cross-entropy and margin, and counts the images that survive every attack;
so it never asks for a gradient that the student's code could change. The classes are renamed at
random, so that weights trained elsewhere give the wrong names. Points depend on the gain in robust
accuracy over a network that the judge trained without a defence, relative to the reference's gain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from torch import Tensor

from autograder.checks.a5_adversarial_training import mistakes
from autograder.judge.checking import (
    Setting,
    Student,
    answering_with_numbers,
    expect_above,
    expect_true,
    graded_for,
    metrics,
    other_lengths,
    require,
    require_numbers,
    same_weights,
    sketch,
)
from autograder.judge.robustness import Robustness, relative_gain

graded = graded_for("adversarial_train", lecture="lectures/adversarial-training/")


@dataclass
class Defended:
    """The result of the student's training: its losses, and the judge's measurements."""

    losses: object
    changed: bool
    sketch: str  # of the change of the weights
    after: Robustness
    plain: Robustness
    logits: Tensor  # of the clean test images
    cpu_seconds: float  # of the training, counted by the sandbox
    gain: float  # robust accuracy gained over the plain network, as a part of the reference's gain


@pytest.fixture(scope="module")
def defended(student: Student, setting: Setting) -> Defended:
    """The student's training of a fresh network, attacked by the judge."""
    require(student, "adversarial_train", "function")
    network = setting.network("strided-cnn", "to be defended")
    ref = student.network(network)
    before = student.cpu_seconds()
    losses = student.call(
        "adversarial_train",
        ref,
        setting.dataset.train.images,
        setting.label_permutation[setting.dataset.train.labels],
        seconds=setting.limits.train_seconds,
        epsilon=setting.budget.epsilon,
        epochs=setting.budget.adversarial_epochs,
    )
    computed = student.cpu_seconds() - before
    trained = network.with_weights(student.weights(ref))
    names = setting.label_permutation[setting.dataset.test.labels]
    plain = setting.plain_robustness
    with answering_with_numbers():
        after = setting.attacked(trained, names)
        logits = metrics.predict(trained.module, setting.dataset.test.images)
    reference = setting.evidence("worst_case").mean
    return Defended(
        losses=losses,
        changed=not same_weights(network.weights, trained.weights),
        sketch=sketch(network.weights, trained.weights, setting.generator("sketch")),
        after=after,
        plain=plain,
        logits=logits,
        cpu_seconds=computed,
        gain=relative_gain(after.worst_case, plain.worst_case, reference),
    )


@graded()
def test_training_returns_losses(defended: Defended, setting: Setting) -> None:
    """adversarial_train returns one mean loss per epoch"""
    epochs, images = setting.budget.adversarial_epochs, len(setting.dataset.train.labels)
    require_numbers(
        defended.losses,
        epochs,
        "losses, one for each epoch",
        causes=other_lengths(epochs, images),
    )


@graded(points=12, needs="training_returns_losses")
def test_training_makes_it_robust(
    defended: Defended,
    setting: Setting,
    measures: dict[str, float],
    keep_sketch: Callable[[str], None],
) -> None:
    """The network withstands the judge's attack far better than a plainly trained one"""
    keep_sketch(defended.sketch)
    measures.update(
        clean=defended.after.clean,
        fgsm=defended.after.fgsm,
        worst_case=defended.after.worst_case,
        hidden=defended.after.hidden,
        plain_worst_case=defended.plain.worst_case,
        gain=defended.gain,
        images=len(defended.logits),
        cpu_seconds=round(defended.cpu_seconds, 2),
    )
    expect_true(
        defended.changed,
        "a network with other weights than before",
        "the same weights",
        cause="the model was not trained in place, or the optimiser never takes a step",
        hint="Train the model you were given, not a copy of it.",
    )
    expect_above(
        defended.gain,
        setting.evidence("gain").bar,
        "a gain in robust accuracy, measured by the reference's,",
        cause=partial(mistakes.no_gain, defended.after, defended.plain, defended.logits),
        hint="Attack each batch with the network as it is now, then learn from what comes out.",
    )


# --8<-- [start:check]
@graded(points=5, needs="training_makes_it_robust")
def test_training_keeps_it_accurate(defended: Defended, setting: Setting) -> None:
    """It still classifies clean images"""
    expect_above(
        defended.after.clean,
        setting.evidence("clean").bar,
        "accuracy on clean images",
        cause="the network gave up clean accuracy for robustness",
        hint="Let epsilon grow over the first epochs, or mix in clean images.",
    )


# --8<-- [end:check]


@graded(points=3, needs="training_makes_it_robust")
def test_training_is_seeded(student: Student, setting: Setting) -> None:
    """The same seed gives the same weights"""
    network = setting.network("strided-cnn", "seeded")
    train = setting.dataset.train
    runs = []
    for global_seed in (1, 2):
        ref = student.network(network)
        student.call(
            "adversarial_train",
            ref,
            train.images[:150],
            train.labels[:150],
            epsilon=setting.budget.epsilon,
            epochs=1,
            seed=7,
            global_seed=global_seed,
        )
        runs.append(student.weights(ref))
    expect_true(
        same_weights(*runs),
        "the same weights from two runs with seed=7",
        "different weights",
        cause="batches or random starts are drawn from the global random state",
        hint="torch.manual_seed(seed) at the start, or one torch.Generator for all draws.",
    )
