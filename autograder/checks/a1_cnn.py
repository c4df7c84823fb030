"""The checks of a1-cnn: the network, its training, and its accuracy.

The student's network is not believed. Its weights come back as raw tensors, go into the judge's own
copy of the architecture, and have to give the same logits there: only then is it the network that
was asked for. `train` is given a network of the judge's, and the judge measures what comes back, on
images whose classes were renamed at random: nobody but who learned from them can name those.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks import diagnose_cnn as diagnose
from autograder.checks.answers import (
    answering_with_numbers,
    kind,
    other_lengths,
    require,
    require_number,
    require_numbers,
)
from autograder.checks.attacked import with_dropout
from autograder.errors import Wrong
from autograder.expect import expect_above, expect_true
from autograder.robustness import clean_accuracy
from autograder.setting import Setting
from autograder.sketch import sketch
from autograder.student import Network, Student, same_weights
from course import metrics
from course.data import Split

ARCHITECTURE = "tiny-cnn"
LECTURE = "lectures/cnn/"


# --- CNN -----------------------------------------------------------------------------------------


@dataclass
class Built:
    """The student's network: its weights, and what it says of some images."""

    images: Tensor
    weights: list[Tensor]
    logits: object
    few: object
    again: object
    in_eval_mode: object


@pytest.fixture(scope="module")
def built(student: Student, setting: Setting) -> Built:
    """A network made by the student's class, asked about 9 images, about 1, and the 9 again: in
    train mode, as it was made, and in eval mode.
    """
    require(student, "CNN", "class")
    images = setting.test_images(9).images
    ref = student.make("CNN")
    logits, few = student.apply(ref, images), student.apply(ref, images[:1])
    again = student.call("@" + ref.name, images, global_seed=2)
    student.mode(ref, training=False)
    return Built(
        images, distinct(student.weights(ref)), logits, few, again, student.apply(ref, images)
    )


def distinct(weights: list[Tensor]) -> list[Tensor]:
    """Each tensor once: a layer that has two names in a module is listed under both."""
    return [w for i, w in enumerate(weights) if not any(torch.equal(w, v) for v in weights[:i])]


@pytest.mark.graded(exercise="cnn", lecture=LECTURE)
def test_cnn_returns_logits(built: Built, setting: Setting) -> None:
    """CNN() takes any number of images and returns ten numbers for each"""
    for count, logits in ((len(built.images), built.logits), (1, built.few)):
        shape = (count, setting.dataset.num_classes)
        expect_true(
            isinstance(logits, Tensor) and tuple(logits.shape) == shape,
            f"logits of shape {shape} for {count} images",
            kind(logits),
            cause=partial(diagnose.no_logits, logits, count),
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
        f"{total:,} parameters in {len(found)} tensors: {found}",
        cause=partial(diagnose.other_layers, found, expected),
        hint="Two convolutions 5x5 without padding, each halved by a max-pool, then one linear.",
    )


@pytest.mark.graded(points=5, needs="cnn_has_the_layers", exercise="cnn", lecture=LECTURE)
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
        f"others, up to {furthest:.3g} apart",
        cause=lambda: (
            diagnose.other_network(logits, ordered, built.images)
            or diagnose.unsteady(logits, built.again, built.few)
        ),
        hint="Go through forward step by step and compare with the list in the text.",
    )
    expect_true(
        isinstance(built.in_eval_mode, Tensor)
        and built.in_eval_mode.shape == right.shape
        and (built.in_eval_mode.float() - right).abs().max().item() <= 1e-3,
        "the same logits in eval mode",
        "others than in train mode",
        cause=partial(diagnose.other_in_eval_mode, built.in_eval_mode, ordered, built.images),
        hint="The network has no layer that depends on the mode: leave out `if self.training`.",
    )


# --- train ---------------------------------------------------------------------------------------


@dataclass
class Trained:
    """A network of the judge's after the student's `train`."""

    network: Network
    losses: object
    changed: bool


def renamed(setting: Setting, count: int) -> Split:
    """The first `count` training images, their classes renamed."""
    train = setting.dataset.train
    return Split(train.images[:count], setting.label_permutation[train.labels[:count]])


def train_on(
    student: Student, setting: Setting, network: Network, split: Split, epochs: int, **options: int
) -> Trained:
    """Let the student train a copy of `network`."""
    ref = student.network(network)
    losses = student.call(
        "train",
        ref,
        split.images,
        split.labels,
        epochs=epochs,
        seconds=setting.limits.train_seconds,
        **options,
    )
    trained = network.with_weights(student.weights(ref))
    return Trained(trained, losses, not same_weights(network.weights, trained.weights))


@pytest.fixture(scope="module")
def trained(student: Student, setting: Setting) -> Trained:
    """The student's training of a fresh network, for the epochs that the profile allows."""
    require(student, "train", "function")
    network = setting.network(ARCHITECTURE, "to be trained")
    split = renamed(setting, setting.budget.train_images)
    return train_on(student, setting, network, split, setting.budget.cnn_epochs)


@pytest.mark.graded(exercise="train", lecture=LECTURE)
def test_train_returns_losses(trained: Trained, setting: Setting) -> None:
    """train returns one mean loss per epoch"""
    epochs, images = setting.budget.cnn_epochs, len(setting.dataset.train.labels)
    require_numbers(
        trained.losses,
        epochs,
        "losses, one for each epoch",
        causes=other_lengths(epochs, images),
    )


@pytest.mark.graded(points=4, needs="train_returns_losses", exercise="train", lecture=LECTURE)
def test_train_learns(
    trained: Trained,
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
        cause="the model was not trained in place, or the optimiser never takes a step",
        hint="Train the model you were given: loss.backward(), then optimizer.step().",
    )
    test = setting.dataset.test
    names = setting.label_permutation[test.labels]
    with answering_with_numbers():
        accuracy = clean_accuracy(trained.network.module, test.images, names)
    measures["accuracy"] = accuracy
    expect_above(
        accuracy,
        setting.evidence("accuracy").bar,
        "accuracy on unseen images",
        cause=partial(diagnose.slow_learning, accuracy, setting.dataset.num_classes),
        hint="Zero the gradients before each backward pass, and try Adam at 1e-3 to 5e-3.",
    )


@pytest.mark.graded(points=2, needs="train_learns", exercise="train", lecture=LECTURE)
def test_train_reports_the_mean_loss(student: Student, setting: Setting) -> None:
    """The loss of an epoch is the mean over its images, in train mode"""
    network = setting.network(ARCHITECTURE, "mean loss")
    split = renamed(setting, 50)
    answer = train_on(student, setting, network, split, 1, batch_size=50).losses
    (found,) = require_numbers(answer, 1, "losses, one for each epoch")
    right = F.cross_entropy(metrics.predict(network.module, split.images), split.labels).item()
    expect_true(
        abs(found - right) <= 0.02 * right,
        f"{right:.4f}, the loss before the only step of one full batch",
        f"{found:.4f}",
        cause=partial(diagnose.other_loss, found, right, 50),
        hint=MEAN_LOSS,
    )
    counts_each_image_once(student, setting, network)
    trains_in_train_mode(student, setting)


MEAN_LOSS = "Add up loss.item() times the batch's size, and divide by the number of images."
LARGE = 80.0  # e^-80 is still a float32, for whoever takes the logarithm of a softmax


def counts_each_image_once(student: Student, setting: Setting, network: Network) -> None:
    """Raise Wrong unless the losses of two epochs are means, with a last batch of one image."""
    steady = steady_network(network)
    labels = (1 + torch.arange(6) % 2) % setting.dataset.num_classes
    split = Split(setting.dataset.train.images[:6], labels)
    logits = metrics.predict(steady.module, split.images)
    each = F.cross_entropy(logits, labels, reduction="none")
    right = each.mean().item()
    answer = train_on(student, setting, steady, split, 2, batch_size=5).losses
    found = require_numbers(answer, 2, "losses, one for each epoch")
    expect_true(
        all(abs(loss - right) <= 0.04 * LARGE for loss in found),
        f"about {right:.3g} in both epochs, over a batch of five and one of one: half of the "
        f"images lose {each.max():.3g} and half {each.min():.3g}",
        f"{found[0]:.4g} and {found[1]:.4g}",
        cause=partial(diagnose.other_steady_loss, found, each),
        hint=MEAN_LOSS,
    )


def steady_network(network: Network) -> Network:
    """A network that gives classes 0 and 1 large logits, whatever the image, and hardly learns.

    All its weights are 0 but those two, so only the last bias has a gradient, of at most 1: the
    loss of each batch is known, whichever optimiser took steps before it.
    """
    weights = [torch.zeros_like(weight) for weight in network.weights]
    weights[-1][:2] = torch.tensor([LARGE, LARGE - 30])
    return network.with_weights(weights)


def trains_in_train_mode(student: Student, setting: Setting) -> None:
    """Raise Wrong where the loss of a network with dropout is the one that it has in eval mode."""
    fresh = setting.network("simple-cnn", "dropout in training")
    *weights, last, bias = fresh.weights
    network = fresh.with_weights([*weights, 100 * last, 100 * bias])  # so dropout shows
    images = setting.dataset.train.images[:50]
    logits = metrics.predict(network.module, images)
    labels = logits.argmax(dim=1)
    without = F.cross_entropy(logits, labels).item()
    ref = student.network(network, training=True)  # as a network that was just made is
    answer = student.call("train", ref, images, labels, epochs=1, batch_size=50)
    (found,) = require_numbers(answer, 1, "losses, one for each epoch")
    expect_true(
        abs(found - without) > 1e-3 * without,
        "the loss with dropout at work",
        f"{found:.4f}, exactly the loss without it",
        cause="dropout is switched off while training: the network, or a layer, is in eval mode",
        hint="model.train() before the first epoch; it reaches every layer.",
    )


@pytest.mark.graded(points=1, needs="train_learns", exercise="train", lecture=LECTURE)
def test_train_is_seeded(student: Student, setting: Setting) -> None:
    """The same seed gives the same weights, another seed or epoch another order"""
    network = setting.network(ARCHITECTURE, "seeded")
    images = setting.dataset.train.images[:200]
    labels = setting.dataset.train.labels[:200]
    runs = []
    for seed, global_seed in ((7, 1), (7, 2), (8, 1)):
        ref = student.network(network)
        student.call("train", ref, images, labels, epochs=1, seed=seed, global_seed=global_seed)
        runs.append(student.weights(ref))
    expect_true(
        same_weights(*runs[:2]),
        "the same weights from two runs with seed=7",
        "others",
        cause="batches are drawn from the global random state",
        hint=OWN_GENERATOR,
    )
    order = order_of_batches(student, setting)
    expect_true(
        not order,
        "another order of the images in each epoch",
        "the same order in all of them",
        cause=order,
        hint="Make the generator before the loop over epochs, and draw torch.randperm inside it.",
    )
    expect_true(
        not same_weights(runs[0], runs[2]),
        "other weights with seed=8 than with seed=7",
        "the same",
        cause="the seed that is given is not used",
        hint=OWN_GENERATOR,
    )


OWN_GENERATOR = "torch.Generator().manual_seed(seed), and pass it to torch.randperm."


def order_of_batches(student: Student, setting: Setting) -> str:
    """What is wrong with the order of five single images in four epochs, if it repeats itself.

    The network's first batch normalisation sees nothing but a fixed convolution, since all behind
    it is 0. Its running mean forgets older images, and so tells in which order they came: each has
    one white pixel, in a corner or the middle, where the convolution makes something else of it.
    """
    fresh = setting.network("small-resnet", "order")
    first, *others = fresh.weights
    network = fresh.with_weights([first, *map(torch.zeros_like, others)])
    images = torch.zeros(5, *setting.dataset.image_shape)
    for number, (row, column) in enumerate(((0, 0), (0, -1), (-1, 0), (-1, -1), (9, 9))):
        images[number, :, row, column] = 1
    ref = student.network(network, training=True)  # else nothing tells, where `train` leaves modes
    labels = torch.arange(5) % setting.dataset.num_classes
    student.call("train", ref, images, labels, epochs=4, batch_size=1)
    running_mean = network.with_weights(student.weights(ref)).weights[3]
    with torch.no_grad():
        means = F.conv2d(images, first, padding=1).mean(dim=(2, 3))
    return diagnose.repeated_order(running_mean, means, 4)


# --- accuracy ------------------------------------------------------------------------------------


@pytest.mark.graded(points=4, exercise="accuracy", lecture=LECTURE)
def test_accuracy_counts(student: Student, setting: Setting) -> None:
    """accuracy is the fraction of images whose largest logit is the right class"""
    require(student, "accuracy", "function")
    # 530 are no multiple of any usual batch size, and the right ones come last: whoever leaves out
    # a short batch, or lets it count as much as a full one, gets another number.
    for count, share in ((530, 0.5), (64, 0.2), (1, 0.0)):
        test = setting.test_images(count)
        network = setting.network(ARCHITECTURE, "accuracy")
        labels = metrics.predict(network.module, test.images).argmax(dim=1)
        hits = torch.arange(len(labels)) >= (1 - share) * len(labels)
        labels = torch.where(hits, labels, (labels + 1) % setting.dataset.num_classes)
        ref = student.network(network)
        found = require_number(student.call("accuracy", ref, test.images, labels), "the accuracy")
        right = metrics.accuracy(network.module, test.images, labels)
        expect_true(
            abs(found - right) <= 1e-5,
            f"{right:.4f} on {len(labels)} images",
            f"{found:.4f}",
            cause=partial(diagnose.other_accuracy, found, right, hits),
            hint="Count the images that are right, and divide by how many there are.",
        )


@pytest.mark.graded(points=1, needs="accuracy_counts", exercise="accuracy", lecture=LECTURE)
def test_accuracy_switches_to_eval_mode(student: Student, setting: Setting) -> None:
    """A network in train mode is measured in eval mode, and one in eval mode stays in it"""
    test = setting.test_images(80)
    network = with_dropout(setting)
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
    ref = student.network(network)
    student.call("accuracy", ref, test.images, labels)
    expect_true(
        not any(student.traces(ref)["training"]),
        "a network in eval mode still in it afterwards",
        "some of its layers in train mode",
        cause="model.train() is called afterwards, in whatever mode the network came",
        hint="Note model.training before model.eval(), and restore it.",
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
            cause="model.eval() stays in force",
            hint="Note model.training before model.eval(), and restore it.",
        )
