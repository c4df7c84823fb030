"""What the checks of a1-cnn ask of `train`: which losses it reports, and in which order it goes
through the images.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F

from autograder.checks.a1_cnn import mistakes
from autograder.judge.checking import (
    Network,
    Setting,
    Split,
    Student,
    expect_true,
    metrics,
    require_numbers,
    same_weights,
)

ARCHITECTURE = "tiny-cnn"
MEAN_LOSS = "Add up loss.item() times the batch's size, and divide by the number of images."
LARGE = 80.0  # e^-80 is still a float32, for answers that take the logarithm of a softmax


@dataclass
class Trained:
    """One of the judge's networks after the student's `train`."""

    network: Network
    losses: object
    changed: bool


def renamed(setting: Setting, count: int) -> Split:
    """The first `count` training images with renamed classes."""
    train = setting.dataset.train
    return Split(train.images[:count], setting.label_permutation[train.labels[:count]])


def train_on(
    student: Student, setting: Setting, network: Network, split: Split, epochs: int, **options: int
) -> Trained:
    """The result of the student's `train` on a copy of `network`."""
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


def counts_each_image_once(student: Student, setting: Setting, network: Network) -> None:
    """Raise Wrong unless the losses of two epochs are means, with a last batch of one image."""
    constant = constant_network(network)
    labels = (1 + torch.arange(6) % 2) % setting.dataset.num_classes
    split = Split(setting.dataset.train.images[:6], labels)
    logits = metrics.predict(constant.module, split.images)
    each = F.cross_entropy(logits, labels, reduction="none")
    right = each.mean().item()
    answer = train_on(student, setting, constant, split, 2, batch_size=5).losses
    found = require_numbers(answer, 2, "losses, one for each epoch")
    expect_true(
        all(abs(loss - right) <= 0.04 * LARGE for loss in found),
        f"about {right:.3g} in both epochs, over a batch of five and one of one: half of the "
        f"images lose {each.max():.3g} and half {each.min():.3g}",
        f"{found[0]:.4g} and {found[1]:.4g}",
        cause=partial(mistakes.other_constant_loss, found, each),
        hint=MEAN_LOSS,
    )


def constant_network(network: Network) -> Network:
    """A network that gives every image the same two large logits, and hardly learns.

    All its other weights are 0, so only the last bias has a gradient, of at most 1. So the loss of
    each batch is known, whatever steps the optimiser took before.
    """
    weights = [torch.zeros_like(weight) for weight in network.weights]
    weights[-1][:2] = torch.tensor([LARGE, LARGE - 30])
    return network.with_weights(weights)


def trains_in_train_mode(student: Student, setting: Setting) -> None:
    """Raise Wrong if a network with dropout has the same loss as in eval mode."""
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
        "the loss with dropout active",
        f"{found:.4f}, exactly the loss without it",
        cause="dropout is switched off while training: the network, or a layer, is in eval mode",
        hint="model.train() before the first epoch; it reaches every layer.",
    )


def repeated_batches(student: Student, setting: Setting) -> str:
    """The mistake if five images, one a batch, come in the same order in four epochs; else empty.

    All layers after the first batch normalisation are 0, so the convolution before it never
    changes. The running mean forgets older images, so it shows in which order they came: each
    image has one white pixel at another place, where the convolution has another output.
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
    return mistakes.repeated_order(running_mean, means, 4)
