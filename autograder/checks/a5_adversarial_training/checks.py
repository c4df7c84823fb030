"""The checks of a5-adversarial-training: is the trained network robust, and still accurate?

The judge gives a fresh network of its own architecture and takes back only the weights. It attacks
them with its own PGD, on cross-entropy and margin, and counts the images that survive every attack;
so it never asks for a gradient that the student's code could change. The classes are renamed at
random, so that weights trained elsewhere give the wrong names, and a second, short training on
signs that exist nowhere shows that they were trained here. Points depend on the gain in robust
accuracy over a network that the judge trained without a defence, relative to the reference's gain.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch

from autograder.checks.a5_adversarial_training import mistakes
from autograder.checks.a5_adversarial_training.defence import (
    ARCHITECTURE,
    Defended,
    best_defence,
    last_losses,
)
from autograder.checks.new_task import plain_on_new_task, require_new_task
from autograder.checks.training_promises import (
    adding_up,
    nothing_trained,
    passes,
    refuses_what_cannot_be_trained_on,
    require_every_weight_moved,
    require_modes,
    require_one_epoch,
    require_unchanged,
    seeded_runs,
)
from autograder.judge.checking import (
    Setting,
    Student,
    expect_above,
    expect_true,
    graded_for,
    other_lengths,
    require_numbers,
    train_plain,
)

LEAST, MOST = 0.5, 2.5  # of the cross-entropy: label smoothing, TRADES or MART report other losses
CLEAN_PART = 0.2  # of the way to the attacked: where the last loss counts as that of clean images
MOST_RUNS = 3  # TRADES runs a batch three times in training mode: twice clean, once attacked
graded = graded_for("adversarial_train", lecture="lectures/adversarial-training/")


MADE_WHOLE = True


def make_ahead(setting: Setting) -> None:
    """Train plainly and attack what every student's networks are compared with."""
    train_plain(setting)
    plain_on_new_task(setting, ARCHITECTURE, 0)


@pytest.fixture(scope="module")
def defended(student: Student, setting: Setting) -> Defended:
    """The student's training of a fresh network, attacked by the judge."""
    return best_defence(student, setting)


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
    student: Student,
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
        cpu_seconds=round(defended.training.cpu_seconds, 2),
    )
    expect_true(
        defended.changed,
        "a network with other weights than before",
        "the same weights",
        cause=partial(nothing_trained, defended.losses),
        hint="Train the model you were given, not a copy of it.",
    )
    bar = defended.bar
    cause = partial(too_little, defended, student, setting)
    if defended.gain > bar.zero:
        require_new_task(
            student,
            setting,
            "adversarial_train",
            ARCHITECTURE,
            defended.training,
            attacked=True,
            withstands=defended.gain >= bar.full,
        )
    expect_above(
        defended.gain,
        bar,
        "a gain in robust accuracy, measured by the reference's,",
        cause=cause,
        hint="Attack each batch with the network as it is now, then learn from what comes out.",
        steps=mistakes.STEPS,
    )


def too_little(defended: Defended, student: Student, setting: Setting) -> str:
    """Why the gain in robust accuracy is too small."""
    epsilon = setting.budget.epsilon
    return adding_up(student, setting, "adversarial_train", epsilon=epsilon) or mistakes.no_gain(
        defended.after, defended.plain, defended.logits, late=defended.late
    )


# --8<-- [start:check]
@graded(points=4, needs="training_makes_it_robust")
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


@graded(points=2, needs="training_makes_it_robust")
def test_training_is_seeded(student: Student, setting: Setting) -> None:
    """The same seed gives the same weights, and another seed others"""
    network = setting.network(ARCHITECTURE, "seeded")
    few = setting.dataset.train[torch.arange(setting.drawn("images seeded", 140, 180))]
    epsilon = setting.budget.epsilon
    repeats, differs = seeded_runs(student, network, few, "adversarial_train", epsilon=epsilon)
    expect_true(
        repeats,
        "the same weights from two runs with seed=7",
        "different weights",
        cause="batches or random starts are drawn from the global random state",
        hint="torch.manual_seed(seed) at the start, or one torch.Generator for all draws.",
    )
    expect_true(
        differs,
        "other weights with seed=8 than with seed=7",
        "the same",
        cause="the seed that is given is not used",
        hint="torch.manual_seed(seed) at the start, or one torch.Generator for all draws.",
    )


@graded(points=1, needs="training_makes_it_robust")
def test_training_reports_its_loss(
    defended: Defended, student: Student, setting: Setting, handin: Setting
) -> None:
    """The losses are those of the images that it was trained on"""
    fresh = handin.network(ARCHITECTURE, "loss")
    lead = float(handin.drawn("lead", 10, 30))
    weights = [torch.zeros_like(weight) for weight in fresh.weights]
    weights[-1][0] = lead  # every image is class 0, whatever an attack does
    count = handin.drawn("images of one batch", 40, 60)
    labels = torch.arange(count) % 2  # so half of the images lose the lead, and half nothing
    answer = student.call(
        "adversarial_train",
        student.network(fresh.with_weights(weights)),
        handin.dataset.train.images[:count],
        labels,
        epsilon=handin.budget.epsilon,
        epochs=1,
        batch_size=count,
    )
    (found,) = require_numbers(answer, 1, "losses, one for each epoch")
    right = lead * labels.float().mean().item()
    expect_true(
        LEAST * right <= found <= MOST * right,
        f"about {right:.4g}, the mean loss of one full batch before its only step, give or take "
        "what label smoothing or a second term adds",
        f"{found:.4g}",
        cause=partial(mistakes.other_loss, found, right, count),
        hint="Add up loss.item() times the batch's size, and divide by the number of images.",
    )
    reports_attacked_images(defended, setting)


def reports_attacked_images(defended: Defended, setting: Setting) -> None:
    """Raise Wrong where the last losses are those of the clean images.

    The losses of an epoch are from before its last step, so they may be larger than what is left
    at its end. A second term, or clean images among the attacked, may lie between the two. A weak
    attack, whose losses are near the clean ones, has lost its points already.
    """
    if defended.gain < defended.bar.full:
        return
    clean, right = last_losses(defended, setting)
    last = require_numbers(defended.losses, setting.budget.adversarial_epochs, "losses")[-1]
    expect_true(
        last >= clean + CLEAN_PART * (right - clean),
        f"about {right:.3g} in the last epoch, the loss on attacked images",
        f"{last:.3g}; on clean images it is {clean:.3g}",
        cause="the losses are those of the clean images",
        hint="Add up the loss that you call backward() on.",
    )


@graded(points=1, needs="training_makes_it_robust")
def test_training_leaves_the_rest_alone(
    defended: Defended, student: Student, setting: Setting
) -> None:
    """Afterwards modes, images and labels are as they were"""
    require_unchanged(defended.overwritten)
    count = setting.drawn("images for the modes", 20, 40)
    few = setting.dataset.train[torch.arange(count)]
    epsilon = setting.budget.epsilon
    require_modes(student, setting, "adversarial_train", few, epochs=1, epsilon=epsilon)


@graded(needs="training_makes_it_robust")
def test_training_moves_every_weight(defended: Defended) -> None:
    """Good practice, no points: no layer keeps the weights that it began with"""
    require_every_weight_moved(defended.training)


@graded(needs="training_makes_it_robust")
def test_training_keeps_to_the_epochs(student: Student, setting: Setting) -> None:
    """Good practice, no points: each image is seen once in an epoch, and attacked in eval mode"""
    found = passes(student, setting, "adversarial_train", training=False, epsilon=0.0)
    expect_true(
        found.total > 0,
        "steps on the weights in training mode",
        "no run of the network in training mode, where it came in evaluation mode",
        cause="`model.train()` is missing",
        hint="Call `model.train()` before the first epoch, and put each mode back afterwards.",
    )
    require_one_epoch(found)
    expect_true(
        found.each <= MOST_RUNS,
        f"each batch in training mode at most {MOST_RUNS} times: to learn from it, beside the "
        "clean images if they are mixed in",
        f"{found.each:.3g} times",
        cause="the attack runs the network in training mode, with dropout and batch statistics",
        hint="Attack in evaluation mode, as `pgd` does; switch back for the step on the weights.",
    )


@graded(needs="training_makes_it_robust")
def test_training_refuses_what_it_cannot_train_on(student: Student, setting: Setting) -> None:
    """Good practice, no points: it raises ValueError for the arguments its docstring names"""
    refuses_what_cannot_be_trained_on(
        student, setting, "adversarial_train", sizes=False, epsilon=setting.budget.epsilon
    )
