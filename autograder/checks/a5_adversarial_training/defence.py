"""The training that a5-adversarial-training judges: what it leaves, and which bar it must pass.

The judge gives a fresh network and takes back only the weights. `checks.py` asks about what
`best_defence` returns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from autograder.checks.training_promises import Trained, trained_by
from autograder.judge.checking import (
    Setting,
    Split,
    Student,
    answering_with_numbers,
    metrics,
    require,
    sketch,
)
from autograder.judge.expect import Bar
from autograder.judge.robustness import Robustness, cross_entropy, pgd, relative_gain

ARCHITECTURE = "strided-cnn"
SOME = 200  # images for the last loss
STARTS = 3  # networks that a training may be given, where it learns late
NEAR = 0.05  # how near, relatively, the first epoch's loss is to that of a guess, where it does
LATE_PART = 0.75  # of the way from no points to all: enough for a training that learned late,
WHOLE = 0.75  # if its last loss is that of this part of the whole attack; with 0.6 epsilon: 0.33


@dataclass
class Defended(Trained):
    """The result of the student's training, and the judge's measurements."""

    sketch: str  # of the change of the weights
    after: Robustness
    plain: Robustness
    logits: Tensor  # of the clean test images
    gain: float  # robust accuracy gained over the plain network, as a part of the reference's gain
    late: bool
    bar: Bar  # for the gain


def best_defence(student: Student, setting: Setting) -> Defended:
    """The student's training of a fresh network, of another where that learned late; the best.

    Under the whole epsilon from the start, a network may answer one class to everything for one
    epoch or for five: that depends on the weights that it starts from. They are the judge's, so
    nobody loses points by them: a training that begins so and misses a bar gets up to STARTS.
    """
    found = [defence(student, setting, 0)]
    while len(found) < STARTS and found[-1].late and part(found[-1], setting) < 1:
        found.append(defence(student, setting, len(found)))
    if len(found) > 1 and part(found[-1], setting) == 1:
        student.notes.append(
            f"`adversarial_train`: the loss of the first epoch was near log"
            f"({setting.dataset.num_classes}), so the network learned late. It was trained from "
            f"{len(found)} starts, and the last one counts. A warm-up of epsilon avoids this."
        )
    return max(found, key=lambda each: part(each, setting))


def part(defended: Defended, setting: Setting) -> float:
    """The part of the points for robust and for clean accuracy that a training earns, in [0, 1]."""
    clean = setting.evidence("clean").bar.fraction(defended.after.clean)
    return (defended.bar.fraction(defended.gain) + clean) / 2


def defence(student: Student, setting: Setting, start: int) -> Defended:
    """One training of the student's, of network number `start`, and what attacks leave of it."""
    require(student, "adversarial_train", "function")
    again = f", start {start}" if start else ""
    network = setting.network(ARCHITECTURE, f"to be defended{again}")
    train, test = setting.dataset.train, setting.dataset.test
    trained = trained_by(
        student,
        setting,
        "adversarial_train",
        network,
        Split(train.images, setting.label_permutation[train.labels]),
        epochs=setting.budget.adversarial_epochs,
        epsilon=setting.budget.epsilon,
    )
    plain = setting.plain_robustness
    with answering_with_numbers():
        after = setting.attacked(trained.network, setting.label_permutation[test.labels])
        logits = metrics.predict(trained.network.module, test.images)
    reference = setting.evidence("worst_case").mean
    return Defended(
        **vars(trained),
        sketch=sketch(network.weights, trained.network.weights, setting.generator("sketch")),
        after=after,
        plain=plain,
        logits=logits,
        gain=relative_gain(after.worst_case, plain.worst_case, reference),
        late=late(trained, setting),
        bar=gain_bar(trained, setting),
    )


def late(trained: Trained, setting: Setting) -> bool:
    """Whether it learned, and the first epoch's loss is that of one answer, log(classes)."""
    guess = math.log(setting.dataset.num_classes)
    match trained.losses:
        case [int() | float() as first, *_] if trained.changed:
            return abs(first - guess) < NEAR * guess
    return False


def gain_bar(trained: Trained, setting: Setting) -> Bar:
    """The bar for the gain: a lower one for a training on whole attacks that learned late."""
    bar = setting.evidence("gain").bar
    match trained.losses:
        case [*_, int() | float() as last] if late(trained, setting):
            clean, attacked = last_losses(trained, setting)
            if last >= clean + WHOLE * (attacked - clean):
                return Bar(bar.zero, bar.zero + LATE_PART * (bar.full - bar.zero))
    return bar


def last_losses(trained: Trained, setting: Setting) -> tuple[float, float]:
    """The mean loss of the trained network on some training images, clean and attacked."""
    train, epsilon = setting.dataset.train[:SOME], setting.budget.epsilon
    module, labels = trained.network.module, setting.label_permutation[train.labels]
    attacked = pgd(module, train.images, labels, epsilon, size=epsilon / 4, steps=10)
    clean, right = (
        cross_entropy(metrics.predict(module, images), labels).mean().item()
        for images in (train.images, attacked)
    )
    return clean, right
