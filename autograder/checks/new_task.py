"""A second, short training on signs that exist nowhere, before a training earns its points.

Weights that were trained at home know the images that everybody has. They know nothing of five
signs that the secret has drawn, so only a function that trains gets past this. It costs two to
four seconds of the student's time for an adversarial training, and less than one for a plain one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.judge.checking import (
    Cause,
    ForReview,
    Network,
    Setting,
    Split,
    Student,
    Wrong,
    answering_with_numbers,
    in_words,
    metrics,
)
from autograder.judge.robustness import survivors
from course.training import fit, plain_recipe

EPOCHS, BATCH_SIZE, ATTEMPTS = 15, 32, 4
# Epsilon in pixel units, by channels, whatever the profile is: the signs have contrast to match. A
# network that the judge trains on clean images keeps 20 to 70 % under attack. Of the rest, right
# trainings keep 80 % or more, and trainings on clean images next to nothing.
EPSILON, LEAST_GAIN = {1: 0.1, 3: 0.058}, 0.45
LEAST_RIGHT = 0.75  # of clean images; right trainings get 99 % or more
# Of the cost of an image in the short training, what it must at least have cost in the long one.
# The reference and plain SGD are at 0.8 or above; weights that are only put in place, at 0.004.
LEAST_COST, COUNTABLE = 0.03, 0.2
# Of the weights with those handed out, in standard deviations of what chance makes of it. The
# trainings that move them furthest leave 30 or more; weights from elsewhere had -0.7.
UNRELATED = 3.0
# The mean cosine of the weights of two networks, the last layer left out, that were handed out with
# other weights and trained on other images. Right trainings have 0.1 at most; weights brought along
# for both, with some of those handed out mixed in and a last layer that was fitted, 0.8 or more.
SHARED = 0.5


@dataclass
class Training:
    """What a training came to: where it began and ended, its cost, and how much it was given."""

    before: Sequence[Tensor]
    after: Sequence[Tensor]
    cpu_seconds: float  # counted by the sandbox
    seen: int  # images times epochs

    @property
    def cost(self) -> float:
        """Seconds of computing for each image in each epoch."""
        return self.cpu_seconds / self.seen

    @property
    def relation(self) -> float:
        """How far the weights still correlate with those handed out, in standard deviations.

        For each matrix or filter the cosine of the angle between the two, times the root of its
        size, is about a standard normal number where chance has made it; these are added up.
        """
        scores = [
            F.cosine_similarity(first.double().flatten(), second.double().flatten(), dim=0)
            * first.numel() ** 0.5
            for first, second in zip(self.before, self.after, strict=True)
            if first.ndim > 1
        ]
        return torch.stack(scores).sum().item() / len(scores) ** 0.5

    def shared_with(self, other: Training) -> float:
        """The mean cosine of the angle between its weights and another's, but for the last layer's.

        Two networks that start from other weights have nothing in common but what they learn, and
        what a unit learns in one, any other unit may learn in the second.
        """
        pairs = [pair for pair in zip(self.after, other.after, strict=True) if pair[0].ndim > 1]
        cosines = [
            F.cosine_similarity(mine.flatten(), its.flatten(), dim=0) for mine, its in pairs[:-1]
        ]
        return torch.stack(cosines).mean().item()


@dataclass
class Lesson:
    """The short training: what it came to, and the shares of unseen images that are right."""

    training: Training
    clean: float
    withstood: float | None  # under attack; None where the training is not against attacks
    plain: float  # what the judge's own training on clean images withstands

    @property
    def withstands(self) -> bool:
        """Whether it classifies, and withstands attacks where it was trained against them."""
        return self.classifies and (self.withstood is None or self.withstood >= self.enough)

    @property
    def enough(self) -> float:
        """The share that must withstand attacks."""
        return self.plain + LEAST_GAIN * (1 - self.plain)

    @property
    def classifies(self) -> bool:
        """Whether clean images are right, clearly more often than by guessing."""
        return self.clean >= LEAST_RIGHT

    @property
    def result(self) -> str:
        """The shares in words."""
        found = f"{100 * self.clean:.0f} % of them"
        if self.withstood is None:
            return found
        return f"{found}, and {100 * self.withstood:.0f} % under attack"


def require_new_task(
    student: Student,
    setting: Setting,
    name: str,
    architecture: str,
    long: Training,
    *,
    attacked: bool = False,
    withstands: bool = False,
    otherwise: Cause = "",
) -> None:
    """Raise Wrong unless the student's `name` learns a task that nobody has seen before.

    long: the training whose points depend on it; raises ForReview where that one cannot have
    happened. attacked: whether `name` takes an epsilon. withstands: whether the long training's
    network withstands attacks as well as a right one; then this one has to, and a person looks
    where it learns to classify one of the tasks and withstands attacks on none. otherwise: a cause
    that explains more, if there is one.

    Another task is drawn where one was not learned: chance must not cost a mark.
    """
    learned: Lesson | None = None
    for attempt in range(ATTEMPTS):
        lesson = taught(student, setting, name, architecture, attempt, attacked=attacked)
        if lesson.withstands or (lesson.classifies and not withstands):
            require_trained(setting, long, lesson.training)
            return
        learned = lesson if lesson.classifies else learned
    expected = (
        f"to learn a new task too, {EPOCHS} epochs of images that were drawn for this check: at "
        f"least {100 * LEAST_RIGHT:.0f} % of unseen ones right"
    )
    if learned is not None:
        for_review(
            setting,
            f"{expected}, and {100 * learned.enough:.0f} % under attack",
            learned.result,
            f"`{name}` learns new images, but not to withstand attacks on them",
        )
        return
    raise Wrong(
        expected,
        lesson.result,
        cause=in_words(otherwise)
        or f"`{name}` does not learn from the images it is given: it brings weights along that "
        "were trained elsewhere, or works for one data set only",
        hint="Train the network that is given, from the weights it has, on the images and labels "
        "that are given: nothing in the function may depend on one data set.",
    )


def for_review(setting: Setting, expected: str, got: str, cause: str) -> None:
    """Raise ForReview, but on public inputs: nobody is there to look, and a notebook's kernel
    computes other things too."""
    if not setting.public:
        hint = "A person will look at this, and decide."
        raise ForReview(expected, got, cause=cause, hint=hint)


def taught(
    student: Student,
    setting: Setting,
    name: str,
    architecture: str,
    attempt: int,
    *,
    attacked: bool,
) -> Lesson:
    """The student's training of a fresh network on a task that the secret has drawn."""
    train, test = setting.new_task(attempt)
    network = setting.network(architecture, f"new task {attempt}")
    ref, before = student.network(network), student.cpu_seconds()
    options: dict[str, Any] = {"epsilon": EPSILON[train.images.shape[1]]} if attacked else {}
    student.call(
        name,
        ref,
        train.images,
        train.labels,
        seconds=setting.limits.train_seconds,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        **options,
    )
    computed = student.cpu_seconds() - before
    trained = network.with_weights(student.weights(ref))
    with answering_with_numbers():
        clean = metrics.accuracy(trained.module, test.images, test.labels)
        withstood = under_attack(setting, trained, test) if attacked else None
    training = Training(network.weights, trained.weights, computed, EPOCHS * len(train))
    plain = plain_on_new_task(setting, architecture, attempt) if attacked else 0.0
    return Lesson(training, clean, withstood, plain)


def plain_on_new_task(setting: Setting, architecture: str, attempt: int) -> float:
    """The share of images under attack that a training on clean ones gets right, made once."""
    make = partial(plainly_trained, setting, architecture, attempt)
    return setting.remember(f"plain on new task {attempt}", make)


def plainly_trained(setting: Setting, architecture: str, attempt: int) -> float:
    """What the judge's own training on the clean images withstands."""
    train, test = setting.new_task(attempt)
    own = setting.network(architecture, f"new task {attempt}")
    recipe = replace(plain_recipe(EPOCHS, seed=setting.seed("plain")), batch_size=BATCH_SIZE)
    fit(own.module, train.images, train.labels, recipe, progress=False)
    return under_attack(setting, own, test)


def under_attack(setting: Setting, network: Network, test: Split) -> float:
    """The share of the images that survive the judge's attacks."""
    seed, epsilon = setting.seed("attack"), EPSILON[test.images.shape[1]]
    kept = survivors(network.module, test.images, test.labels, epsilon, seed=seed)
    return kept.double().mean().item()


def require_trained(setting: Setting, long: Training, short: Training) -> None:
    """Raise ForReview where the long training cannot have happened; short: one that has."""
    cause = ""
    if short.cpu_seconds > COUNTABLE and long.cost < LEAST_COST * short.cost:
        cause = (
            f"the long training took {long.cpu_seconds:.1f} s of computing, and the short one, of "
            f"1/{long.seen / short.seen:.0f} of the images, {short.cpu_seconds:.1f} s"
        )
    elif abs(long.relation) <= UNRELATED:
        cause = "the weights have nothing to do with those of the network that was handed out"
    elif long.shared_with(short) > SHARED:
        cause = "two networks, trained from other weights on other images, have the same ones"
    if cause:
        for_review(
            setting,
            "a training of the network that is given",
            "weights that can hardly come from one",
            cause,
        )
