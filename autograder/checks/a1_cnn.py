"""The checks of a1-cnn: the network, its training, and its accuracy.

The student's network is not believed. Its weights come back as raw tensors, go into the judge's own
copy of the architecture, and have to give the same logits there: only then is it the network that
was asked for. `train` is given a network of the judge's, and the judge measures what comes back, on
images whose classes were renamed at random: nobody but who learned from them can name those.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks import diagnose_cnn as diagnose
from autograder.checks.answers import kind, require, require_number, require_numbers
from autograder.errors import Wrong
from autograder.expect import expect_above, expect_true
from autograder.robustness import clean_accuracy
from autograder.setting import Setting
from autograder.student import Network, Student
from course import metrics

ARCHITECTURE = "tiny-cnn"
LECTURE = "assignments/a1-cnn/"


# --- CNN -----------------------------------------------------------------------------------------


@dataclass
class Built:
    """The student's network: its weights, and what it says of some images."""

    images: Tensor
    weights: list[Tensor]
    logits: object
    few: object


@pytest.fixture(scope="module")
def built(student: Student, setting: Setting) -> Built:
    """A network made by the student's class, asked about 9 images and about 1."""
    require(student, "CNN", "class")
    images = setting.test_images(9).images
    ref = student.make("CNN")
    logits, few = student.apply(ref, images), student.apply(ref, images[:1])
    return Built(images, student.weights(ref), logits, few)


@pytest.mark.graded(exercise="cnn", lecture=LECTURE)
def test_cnn_returns_logits(built: Built, setting: Setting) -> None:
    """CNN() takes any number of images and returns ten numbers for each"""
    for count, logits in ((len(built.images), built.logits), (1, built.few)):
        shape = (count, setting.dataset.num_classes)
        expect_true(
            isinstance(logits, Tensor) and tuple(logits.shape) == shape,
            f"logits of shape {shape} for {count} images",
            kind(logits),
            cause="forward ends without `return`" if logits is None else "",
            hint="Flatten with torch.flatten(x, 1): the first dimension counts the images.",
        )


@pytest.mark.graded(points=3, needs="cnn_returns_logits", exercise="cnn", lecture=LECTURE)
def test_cnn_has_the_layers(built: Built, setting: Setting) -> None:
    """Its weights have the shapes of the layers that were asked for"""
    own = setting.network(ARCHITECTURE, "shapes").module
    expected = [tuple(weight.shape) for weight in own.state_dict().values()]
    found = [tuple(weight.shape) for weight in built.weights]
    total = sum(weight.numel() for weight in built.weights)
    expect_true(
        sorted(found) == sorted(expected),
        f"{sum(w.numel() for w in own.state_dict().values()):,} parameters: {expected}",
        f"{total:,} parameters: {found}",
        cause=diagnose.other_layers(found, expected),
        hint="Two convolutions 5x5 without padding, each halved by a max-pool, then one linear.",
    )


@pytest.mark.graded(points=5, needs="cnn_has_the_layers", exercise="cnn", lecture=LECTURE)
def test_cnn_computes_the_network(built: Built, setting: Setting) -> None:
    """The judge's own copy gives the same logits with its weights"""
    own = setting.network(ARCHITECTURE, "shapes")
    by_shape = {tuple(weight.shape): weight for weight in built.weights}
    ordered = [by_shape[tuple(slot.shape)] for slot in own.module.state_dict().values()]
    own = own.with_weights(ordered)
    assert isinstance(built.logits, Tensor)
    right = metrics.predict(own.module, built.images)
    furthest = (built.logits.float() - right).abs().max().item()
    expect_true(
        furthest <= 1e-3,
        "the logits of conv, ReLU, max-pool, conv, ReLU, max-pool, linear",
        f"others, up to {furthest:.3g} apart",
        cause=diagnose.other_network(built.logits, ordered, built.images),
        hint="Go through forward step by step and compare with the list in the text.",
    )


# --- train ---------------------------------------------------------------------------------------


@dataclass
class Trained:
    """A network of the judge's after the student's `train`."""

    network: Network
    losses: object
    changed: bool


def train_on(
    student: Student, setting: Setting, network: Network, count: int, epochs: int, **options: int
) -> Trained:
    """Let the student train a copy of `network` on the first `count` images, classes renamed."""
    images = setting.dataset.train.images[:count]
    labels = setting.label_permutation[setting.dataset.train.labels[:count]]
    ref = student.network(network)
    losses = student.call(
        "train",
        ref,
        images,
        labels,
        epochs=epochs,
        seconds=setting.limits.train_seconds,
        **options,
    )
    trained = network.with_weights(student.weights(ref))
    pairs = zip(
        network.module.state_dict().values(), trained.module.state_dict().values(), strict=True
    )
    return Trained(trained, losses, not all(torch.equal(a, b) for a, b in pairs))


@pytest.fixture(scope="module")
def trained(student: Student, setting: Setting) -> Trained:
    """The student's training of a fresh network, for the epochs that the profile allows."""
    require(student, "train", "function")
    network = setting.network(ARCHITECTURE, "to be trained")
    return train_on(
        student, setting, network, setting.budget.train_images, setting.budget.cnn_epochs
    )


@pytest.mark.graded(exercise="train", lecture=LECTURE)
def test_train_returns_losses(trained: Trained, setting: Setting) -> None:
    """train returns one mean loss per epoch"""
    require_numbers(trained.losses, setting.budget.cnn_epochs, "losses, one for each epoch")


@pytest.mark.graded(points=4, needs="train_returns_losses", exercise="train", lecture=LECTURE)
def test_train_learns(trained: Trained, setting: Setting, measures: dict[str, float]) -> None:
    """The network it was given classifies images that it has not seen"""
    expect_true(
        trained.changed,
        "a network with other weights than before",
        "the same weights",
        cause="the model was not trained in place, or the optimiser never takes a step",
        hint="Train the model you were given: loss.backward(), then optimizer.step().",
    )
    test = setting.dataset.test
    accuracy = clean_accuracy(
        trained.network.module, test.images, setting.label_permutation[test.labels]
    )
    measures["accuracy"] = accuracy
    expect_above(
        accuracy,
        setting.evidence("accuracy").bar,
        "accuracy on unseen images",
        cause=diagnose.slow_learning(accuracy, setting.dataset.num_classes),
        hint="Zero the gradients before each backward pass, and try Adam at 1e-3 to 5e-3.",
    )


@pytest.mark.graded(points=2, needs="train_learns", exercise="train", lecture=LECTURE)
def test_train_reports_the_mean_loss(student: Student, setting: Setting) -> None:
    """The loss of an epoch is the mean over its images"""
    network = setting.network(ARCHITECTURE, "mean loss")
    images = setting.dataset.train.images[:50]
    labels = setting.label_permutation[setting.dataset.train.labels[:50]]
    answer = train_on(student, setting, network, 50, 1, batch_size=50).losses
    (found,) = require_numbers(answer, 1, "losses, one for each epoch")
    right = F.cross_entropy(metrics.predict(network.module, images), labels).item()
    expect_true(
        abs(found - right) <= 0.02 * right,
        f"{right:.4f}, the loss before the only step of one full batch",
        f"{found:.4f}",
        cause=diagnose.other_loss(found, right, 50),
        hint="Add up loss.item() times the batch's size, and divide by the number of images.",
    )


@pytest.mark.graded(points=1, needs="train_learns", exercise="train", lecture=LECTURE)
def test_train_is_seeded(student: Student, setting: Setting) -> None:
    """The same seed gives the same weights"""
    network = setting.network(ARCHITECTURE, "seeded")
    images = setting.dataset.train.images[:200]
    labels = setting.dataset.train.labels[:200]
    runs = []
    for global_seed in (1, 2):
        ref = student.network(network)
        student.call("train", ref, images, labels, epochs=1, seed=7, global_seed=global_seed)
        runs.append(student.weights(ref))
    expect_true(
        all(torch.equal(a, b) for a, b in zip(*runs, strict=True)),
        "the same weights from two runs with seed=7",
        "others",
        cause="batches are drawn from the global random state",
        hint="torch.Generator().manual_seed(seed), and pass it to torch.randperm.",
    )


# --- accuracy ------------------------------------------------------------------------------------


@pytest.mark.graded(points=4, exercise="accuracy", lecture=LECTURE)
def test_accuracy_counts(student: Student, setting: Setting) -> None:
    """accuracy is the fraction of images whose largest logit is the right class"""
    require(student, "accuracy", "function")
    for count, share in ((97, 0.5), (64, 0.2), (1, 0.0)):
        test = setting.test_images(count)
        network = setting.network(ARCHITECTURE, "accuracy")
        labels = metrics.predict(network.module, test.images).argmax(dim=1)
        renamed = torch.arange(len(labels)) >= share * len(labels)
        labels = torch.where(renamed, (labels + 1) % setting.dataset.num_classes, labels)
        ref = student.network(network)
        found = require_number(student.call("accuracy", ref, test.images, labels), "the accuracy")
        right = metrics.accuracy(network.module, test.images, labels)
        expect_true(
            abs(found - right) <= 1e-5,
            f"{right:.4f} on {count} images",
            f"{found:.4f}",
            cause=diagnose.other_accuracy(found, right, count),
            hint="Count the images that are right, and divide by how many there are.",
        )


@pytest.mark.graded(points=1, needs="accuracy_counts", exercise="accuracy", lecture=LECTURE)
def test_accuracy_switches_to_eval_mode(student: Student, setting: Setting) -> None:
    """A network in train mode is measured in eval mode"""
    test = setting.test_images(80)
    network = setting.network("simple-cnn", "network with dropout")
    labels = metrics.predict(network.module, test.images).argmax(dim=1)
    ref = student.network(network, training=True)
    found = require_number(student.call("accuracy", ref, test.images, labels), "the accuracy")
    expect_true(
        abs(found - 1) <= 1e-5,
        "1.0000, with dropout switched off",
        f"{found:.4f}",
        cause="dropout was still dropping: the network is in train mode",
        hint="model.eval() before measuring; put the mode back afterwards.",
    )


@pytest.mark.graded(needs="accuracy_counts", exercise="accuracy", lecture=LECTURE)
def test_accuracy_leaves_no_trace(student: Student, setting: Setting) -> None:
    """Good practice, no points: every layer is back in the mode it was in"""
    test = setting.test_images(8)
    ref = student.network(setting.network(ARCHITECTURE, "accuracy"), training=True)
    student.call("accuracy", ref, test.images, test.labels)
    if not all(student.traces(ref).get("training", [])):
        raise Wrong(
            "every layer in train mode, as before",
            "some in eval mode",
            hint="Note model.training before model.eval(), and restore it.",
        )
