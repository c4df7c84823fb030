"""The checks of a1-cnn: the network, its training, and its accuracy.

The judge does not trust the student's network. Its weights come back as raw tensors and go into the
judge's own copy of the architecture, which must give the same logits. `train` gets a network from
the judge, which measures the weights that come back on images whose classes were renamed at
random: a network that was not trained on them cannot know the new names. A second, short training
on signs that exist nowhere shows that no weights were brought along.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks.a1_cnn import mistakes
from autograder.checks.a1_cnn.network import Built, build
from autograder.checks.a1_cnn.training import (
    ARCHITECTURE,
    MEAN_LOSS,
    Trained,
    blind_network,
    counts_each_image_once,
    counts_every_image,
    counts_from_zero,
    renamed,
    repeated_batches,
    train_on,
    trains_in_train_mode,
)
from autograder.checks.dropout import dropout_network
from autograder.checks.new_task import require_new_task
from autograder.checks.refusals import refuses
from autograder.checks.training_promises import (
    Kept,
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
    answering_with_numbers,
    expect_above,
    expect_true,
    graded_for,
    kind,
    metrics,
    other_lengths,
    require,
    require_number,
    require_numbers,
    sketch,
)
from autograder.judge.robustness import clean_accuracy

LECTURE = "lectures/cnn/"
graded_cnn = graded_for("cnn", lecture=LECTURE)
graded_train = graded_for("train", lecture=LECTURE)
graded_accuracy = graded_for("accuracy", lecture=LECTURE)
MADE_WHOLE = True
PERCENT = {"many": (35, 65), "few": (10, 30)}  # of the images that are counted are right


def make_ahead(setting: Setting) -> None:
    """Choose the network on which modes are told apart."""
    dropout_network(setting)


# --- CNN -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(student: Student, setting: Setting) -> Built:
    """The student's network, and what it answers."""
    require(student, "CNN", "class")
    return build(student, setting)


@graded_cnn()
def test_cnn_returns_logits(built: Built, setting: Setting) -> None:
    """CNN() takes any number of images and returns ten numbers for each"""
    for count, logits in ((len(built.images), built.logits), (1, built.few)):
        shape = (count, setting.dataset.num_classes)
        expect_true(
            isinstance(logits, Tensor) and tuple(logits.shape) == shape,
            f"logits of shape {shape} for {count} images",
            kind(logits),
            cause=partial(mistakes.no_logits, logits, count),
            hint="Flatten with torch.flatten(x, 1): the first dimension counts the images.",
            steps=mistakes.STEPS,
        )


@graded_cnn(points=3, needs="cnn_returns_logits")
def test_cnn_has_the_layers(built: Built, setting: Setting) -> None:
    """Its weights have the shapes of the layers that were asked for"""
    own = setting.network(ARCHITECTURE, "shapes").module
    expected = [tuple(weight.shape) for weight in own.state_dict().values()]
    found = [tuple(weight.shape) for weight in built.weights]
    total = sum(weight.numel() for weight in built.weights)
    expect_true(
        sorted(found) == sorted(expected),
        f"{sum(w.numel() for w in own.state_dict().values()):,} parameters: {expected}",
        f"{total:,} parameters in {len(found)} tensors: {found}",
        cause=partial(mistakes.other_layers, found, expected),
        hint="Two convolutions 5x5 without padding, each halved by a max-pool, then one linear.",
        steps=mistakes.STEPS,
    )


@graded_cnn(points=5, needs="cnn_has_the_layers")
def test_cnn_computes_the_network(built: Built, setting: Setting) -> None:
    """The judge's own copy gives the same logits with its weights"""
    own = setting.network(ARCHITECTURE, "shapes")
    by_shape = {tuple(weight.shape): weight for weight in built.weights}
    ordered = [by_shape[tuple(slot.shape)] for slot in own.weights]
    own = own.with_weights(ordered)
    logits = built.logits
    assert isinstance(logits, Tensor)
    with answering_with_numbers():
        right = metrics.predict(own.module, built.images)
    furthest = (logits.float() - right).abs().max().item()
    expect_true(
        furthest <= 1e-3,
        "the logits of conv, ReLU, max-pool, conv, ReLU, max-pool, linear",
        f"other logits, up to {furthest:.3g} apart",
        cause=lambda: (
            mistakes.other_network(logits, ordered, built.images)
            or mistakes.unstable_logits(logits, built.again, built.few)
        ),
        hint="Go through forward step by step and compare with the list in the text.",
        steps=mistakes.STEPS,
    )
    expect_true(
        isinstance(built.in_eval_mode, Tensor)
        and built.in_eval_mode.shape == right.shape
        and (built.in_eval_mode.float() - right).abs().max().item() <= 1e-3,
        "the same logits in eval mode",
        "other logits than in train mode",
        cause=partial(mistakes.other_in_eval_mode, built.in_eval_mode, ordered, built.images),
        hint="The network has no layer that depends on the mode: leave out `if self.training`.",
    )


# --- train ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(student: Student, setting: Setting) -> Trained:
    """A fresh network after the student's training, for as many epochs as the profile has."""
    require(student, "train", "function")
    network = setting.network(ARCHITECTURE, "to be trained")
    split = renamed(setting, setting.budget.train_images)
    return train_on(student, setting, network, split, setting.budget.cnn_epochs)


@graded_train()
def test_train_returns_losses(trained: Trained, setting: Setting) -> None:
    """train returns one mean loss per epoch"""
    epochs, images = setting.budget.cnn_epochs, len(setting.dataset.train.labels)
    require_numbers(
        trained.losses,
        epochs,
        "losses, one for each epoch",
        causes=other_lengths(epochs, images),
    )


@graded_train(points=3, needs="train_returns_losses")
def test_train_learns(
    trained: Trained,
    student: Student,
    setting: Setting,
    measures: dict[str, float],
    keep_sketch: Callable[[str], None],
) -> None:
    """The network it was given classifies images that it has not seen"""
    start = setting.network(ARCHITECTURE, "to be trained").weights
    keep_sketch(sketch(start, trained.network.weights, setting.generator("sketch")))
    expect_true(
        trained.changed,
        "a network with other weights than before",
        "the same weights",
        cause=partial(nothing_trained, trained.losses),
        hint="Train the model you were given: loss.backward(), then optimizer.step().",
        steps=mistakes.STEPS,
    )
    test = setting.dataset.test
    names = setting.label_permutation[test.labels]
    with answering_with_numbers():
        accuracy = clean_accuracy(trained.network.module, test.images, names)
    measures["accuracy"] = accuracy
    bar = setting.evidence("accuracy").bar
    gradients = partial(adding_up, student, setting, "train")
    if accuracy > bar.zero:
        require_new_task(
            student, setting, "train", ARCHITECTURE, trained.training, otherwise=gradients
        )
    expect_above(
        accuracy,
        bar,
        "accuracy on unseen images",
        cause=lambda: gradients() or mistakes.slow_learning(accuracy, setting.dataset.num_classes),
        hint="Print the loss of each epoch, and try Adam with a rate of 1e-3 to 5e-3.",
        steps=mistakes.STEPS,
    )


@graded_train(points=2, needs="train_learns")
def test_train_reports_the_mean_loss(student: Student, handin: Setting) -> None:
    """The loss of an epoch is the mean over all of its images, in training mode"""
    count = handin.drawn("images of one batch", 40, 60)
    fresh = handin.network(ARCHITECTURE, "mean loss")
    network = blind_network(fresh, handin.drawn("factor of the logits", 2, 5))
    split = renamed(handin, count)
    answer = train_on(student, handin, network, split, 1, batch_size=count).losses
    (found,) = require_numbers(answer, 1, "losses, one for each epoch")
    right = F.cross_entropy(metrics.predict(network.module, split.images), split.labels).item()
    expect_true(
        abs(found - right) <= 0.02 * right,
        f"{right:.4f}, the loss before the only step of one full batch",
        f"{found:.4f}",
        cause=partial(mistakes.other_loss, found, right, count),
        hint=MEAN_LOSS,
        steps=mistakes.STEPS,
    )
    counts_each_image_once(student, handin, network)
    counts_every_image(student, handin, network)
    counts_from_zero(student, handin, network)
    trains_in_train_mode(student, handin)


@graded_train(points=1, needs="train_learns")
def test_train_is_seeded(student: Student, setting: Setting) -> None:
    """The same seed gives the same weights; another seed, or epoch, another order"""
    network = setting.network(ARCHITECTURE, "seeded")
    train = setting.dataset.train[torch.arange(setting.drawn("images seeded", 180, 220))]
    repeats, differs = seeded_runs(student, network, train, "train")
    expect_true(
        repeats,
        "the same weights from two runs with seed=7",
        "different weights",
        cause="batches are drawn from the global random state",
        hint=OWN_GENERATOR,
    )
    order = repeated_batches(student, setting)
    expect_true(
        not order,
        "another order of the images in each epoch",
        "the same order in all of them",
        cause=order,
        hint="Make the generator before the loop over epochs, and draw torch.randperm inside it.",
    )
    expect_true(
        differs,
        "other weights with seed=8 than with seed=7",
        "the same",
        cause="the seed that is given is not used",
        hint=OWN_GENERATOR,
    )


@graded_train(points=1, needs="train_learns")
def test_train_leaves_the_rest_alone(trained: Trained, student: Student, setting: Setting) -> None:
    """Afterwards modes, images, labels and the global random state are as they were"""
    require_unchanged(trained.overwritten)
    few = renamed(setting, setting.drawn("images for the modes", 20, 40))
    kept = Kept.of(student, few)
    ref = student.network(setting.network(ARCHITECTURE, "kept"))
    epochs = setting.drawn("epochs", 3, 5)
    student.call("train", ref, kept.images, kept.labels, epochs=epochs, seed=7, global_seed=11)
    require_unchanged(kept.changed(student))
    expect_true(
        student.global_seed() == 11,
        "the global random state with the seed that it had",
        "another seed in it",
        cause="torch.manual_seed() sets the seed of everybody's random numbers, not only of yours",
        hint=OWN_GENERATOR,
    )
    require_modes(student, setting, "train", few, epochs=1)


@graded_train(needs="train_learns")
def test_train_keeps_to_the_epochs(student: Student, setting: Setting) -> None:
    """Good practice, no points: each image is seen once in an epoch, and no other images are"""
    require_one_epoch(passes(student, setting, "train"))


@graded_train(needs="train_learns")
def test_train_moves_every_weight(trained: Trained) -> None:
    """Good practice, no points: no layer keeps the weights that it began with"""
    require_every_weight_moved(trained.training)


@graded_train(needs="train_learns")
def test_train_refuses_what_it_cannot_train_on(student: Student, setting: Setting) -> None:
    """Good practice, no points: it raises ValueError for the arguments its docstring names"""
    refuses_what_cannot_be_trained_on(student, setting, "train", sizes=True)


OWN_GENERATOR = "torch.Generator().manual_seed(seed), and pass it to torch.randperm."


# --- accuracy ------------------------------------------------------------------------------------


@graded_accuracy(points=3)
def test_accuracy_counts(student: Student, handin: Setting) -> None:
    """accuracy is the fraction of images whose largest logit is the right class"""
    require(student, "accuracy", "function")
    # The first count is no multiple of any usual batch size, and the right images come last: an
    # answer that leaves out the short batch, or counts it like a full one, gets another number.
    counts = (521 + 2 * handin.drawn("images counted", 0, 14), handin.drawn("few", 60, 70), 1)
    shares = (handin.drawn(f"percent of {kind}", *of) / 100 for kind, of in PERCENT.items())
    for count, share in zip(counts, (*shares, 0.0), strict=True):
        test = handin.test_images(count)
        network = handin.network(ARCHITECTURE, "accuracy")
        labels = metrics.predict(network.module, test.images).argmax(dim=1)
        hits = torch.arange(len(labels)) >= (1 - share) * len(labels)
        labels = torch.where(hits, labels, (labels + 1) % handin.dataset.num_classes)
        ref = student.network(network)
        found = require_number(student.call("accuracy", ref, test.images, labels), "the accuracy")
        right = metrics.accuracy(network.module, test.images, labels)
        expect_true(
            abs(found - right) <= 1e-5,
            f"{right:.4f} on {len(labels)} images",
            f"{found:.4f}",
            cause=partial(mistakes.other_accuracy, found, right, hits),
            hint="Count the images that are right, and divide by how many there are.",
            steps=mistakes.STEPS,
        )


@graded_accuracy(points=1, needs="accuracy_counts")
def test_accuracy_switches_to_eval_mode(student: Student, setting: Setting) -> None:
    """A network in training mode is measured in evaluation mode"""
    test = setting.test_images(setting.drawn("images with dropout", 70, 90))
    network = dropout_network(setting)
    labels = metrics.predict(network.module, test.images).argmax(dim=1)
    ref = student.network(network, training=True)
    found = require_number(student.call("accuracy", ref, test.images, labels), "the accuracy")
    expect_true(
        abs(found - 1) <= 1e-5,
        "1.0000, with dropout switched off",
        f"{found:.4f}",
        cause="dropout was still active: the network is in training mode",
        hint="Call model.eval() before measuring, and restore the modes afterwards.",
    )


@graded_accuracy(points=1, needs="accuracy_counts")
def test_accuracy_leaves_no_trace(student: Student, setting: Setting) -> None:
    """Every layer is back in the mode it was in, whichever that was"""
    require_modes(student, setting, "accuracy", setting.test_images(8))


@graded_accuracy(needs="accuracy_counts")
def test_accuracy_refuses_what_it_cannot_count(student: Student, setting: Setting) -> None:
    """Good practice, no points: it raises ValueError for the arguments its docstring names"""
    some = setting.test_images(setting.drawn("images refused", 8, 16))
    ref = student.network(setting.network(ARCHITECTURE, "refused"))
    refuses(
        student,
        "accuracy",
        {
            "no images": ((ref, some.images[:0], some.labels[:0]), {}),
            "one label too few": ((ref, some.images, some.labels[:-1]), {}),
            "one label for all images": ((ref, some.images, some.labels[:1]), {}),
        },
    )
