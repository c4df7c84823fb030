"""What the checks of a1-cnn ask of `train`: which losses it reports, and in which order it goes
through the images.
"""

from __future__ import annotations

import math
from functools import partial

import torch
import torch.nn.functional as F

from autograder.checks.a1_cnn import mistakes
from autograder.checks.training_promises import Trained, trained_by, trains_without_norms
from autograder.judge.checking import (
    Crash,
    Network,
    Setting,
    Split,
    Student,
    expect_true,
    metrics,
    require_numbers,
)

ARCHITECTURE = "tiny-cnn"
MEAN_LOSS = "Add up loss.item() times the batch's size, and divide by the number of images."
LARGE = 80.0  # e^-80 is still a float32, for answers that take the logarithm of a softmax


def renamed(setting: Setting, count: int) -> Split:
    """The first `count` training images with renamed classes."""
    train = setting.dataset.train
    return Split(train.images[:count], setting.label_permutation[train.labels[:count]])


def train_on(
    student: Student, setting: Setting, network: Network, split: Split, epochs: int, **options: int
) -> Trained:
    """The result of the student's `train` on a copy of `network`."""
    return trained_by(student, setting, "train", network, split, epochs=epochs, **options)


def counts_each_image_once(student: Student, handin: Setting, network: Network) -> None:
    """Raise Wrong unless the losses of two epochs are means, with a last batch of one image."""
    constant = constant_network(network, LARGE - 30)
    labels = (1 + torch.arange(6) % 2) % handin.dataset.num_classes
    split = Split(handin.dataset.train.images[:6], labels)
    logits = metrics.predict(constant.module, split.images)
    each = F.cross_entropy(logits, labels, reduction="none")
    right = each.mean().item()
    answer = train_on(student, handin, constant, split, 2, batch_size=5).losses
    found = require_numbers(answer, 2, "losses, one for each epoch")
    expect_true(
        all(abs(loss - right) <= 0.04 * LARGE for loss in found),
        f"about {right:.3g} in both epochs, over a batch of five and one of one: half of the "
        f"images lose {each.max():.3g} and half {each.min():.3g}",
        f"{found[0]:.4g} and {found[1]:.4g}",
        cause=partial(mistakes.other_constant_loss, found, each),
        hint=MEAN_LOSS,
        steps=mistakes.STEPS,
    )


def counts_from_zero(student: Student, handin: Setting, network: Network) -> None:
    """Raise Wrong unless a network that knows nothing loses log(classes), on a few images."""
    ignorant = network.with_weights([torch.zeros_like(weight) for weight in network.weights])
    split = renamed(handin, handin.drawn("a few images", 3, 6))
    answer = train_on(student, handin, ignorant, split, 1, batch_size=len(split)).losses
    (found,) = require_numbers(answer, 1, "losses, one for each epoch")
    right = math.log(handin.dataset.num_classes)
    expect_true(
        abs(found - right) <= 0.02 * right,
        f"{right:.4f}, the loss of {len(split)} images where all logits are 0",
        f"{found:.4f}",
        cause="the sum does not start at 0" if found > right else "",
        hint=MEAN_LOSS,
    )


def counts_every_image(student: Student, handin: Setting, network: Network) -> None:
    """Raise Wrong unless the loss of an epoch is the mean over all of many images.

    The first images lose nothing and the others much, so that images that are left out show. The
    last batch has one image: what an answer does about that must not cost or repeat other images.
    """
    train, batches = handin.dataset.train, handin.drawn("batches of many images", 3, 5)
    size = (min(len(train), 1200) - handin.drawn("images left out", 0, 40) - 1) // batches
    many = batches * size + 1
    first = round(many * handin.drawn("percent that lose nothing", 35, 65) / 100)
    lost = float(handin.drawn("loss of an image", 30, 60))
    labels = (torch.arange(many) >= first).long()
    split = Split(train.images[:many], labels)
    constant = constant_network(network, LARGE - lost)
    (found,) = require_numbers(
        train_on(student, handin, constant, split, 1, batch_size=size).losses,
        1,
        "losses, one for each epoch",
    )
    right = lost * (1 - first / many)
    expect_true(
        abs(found - right) <= 0.04 * LARGE,
        f"about {right:.3g} over {many} images: {first} lose 0, the others {lost:g} each",
        f"{found:.4g}",
        cause="some of the images are not learned from, or others are",
        hint="Let the batches come from torch.randperm(len(images)), and use each of them.",
    )


def blind_network(network: Network, factor: float) -> Network:
    """A network that gives every image the same logits, and others after any step on its weights.

    So shifts, noise and other augmentation change no loss, and a loss from after the step shows.
    """
    *inner, last, bias = network.weights
    # Filters of 0 and biases of 10: every feature is 10, whatever the image.
    alike = [torch.full_like(weight, 10.0 if weight.ndim == 1 else 0.0) for weight in inner]
    return network.with_weights([*alike, factor * last, factor * bias])


def constant_network(network: Network, second: float) -> Network:
    """A network that gives every image the same two large logits, and hardly learns.

    second: the logit of class 1; that of class 0 is `LARGE`.

    All its other weights are 0, so only the last bias has a gradient, of at most 1. So the loss of
    each batch is known, whatever steps the optimiser took before.
    """
    weights = [torch.zeros_like(weight) for weight in network.weights]
    weights[-1][:2] = torch.tensor([LARGE, second])
    return network.with_weights(weights)


def trains_in_train_mode(student: Student, handin: Setting) -> None:
    """Raise Wrong if a network with dropout has the same loss as in eval mode."""
    fresh = handin.network("simple-cnn", "dropout in training")
    *weights, last, bias = fresh.weights
    network = fresh.with_weights([*weights, 100 * last, 100 * bias])  # so dropout shows
    images = handin.dataset.train.images[: handin.drawn("images with dropout", 40, 60)]
    logits = metrics.predict(network.module, images)
    labels = logits.argmax(dim=1)
    without = F.cross_entropy(logits, labels).item()
    for mode in (True, False):  # `train` has to switch it in the second case
        ref = student.network(network, training=mode)
        answer = student.call("train", ref, images, labels, epochs=1, batch_size=len(images))
        (found,) = require_numbers(answer, 1, "losses, one for each epoch")
        expect_true(
            abs(found - without) > 1e-3 * without,
            "the loss with dropout active",
            f"{found:.4f}, exactly the loss without it",
            cause="dropout is switched off while training: the network, or a layer, is in eval mode"
            if mode
            else "the network comes in evaluation mode and is trained in it: model.train() is "
            "missing",
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
    try:
        student.call("train", ref, images, labels, epochs=4, batch_size=1)
    except Crash:
        trains_without_norms(student, setting, "train", images, labels, batch_size=1)
        return ""
    running_mean = network.with_weights(student.weights(ref)).weights[3]
    with torch.no_grad():
        means = F.conv2d(images, first, padding=1).mean(dim=(2, 3))
    return mistakes.repeated_order(running_mean, means, 4)
