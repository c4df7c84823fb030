"""Attacks with a known outcome, from which a worst case over attacks is counted.

The judge draws a direction for each class; an attack on the student's side moves images along it.
So it is known which images survive which attack, and they are chosen so that no wrong way of
counting gives the right number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

import torch
from torch import Tensor, nn

from autograder.checks.attacked import dropout_network
from autograder.judge.answer_key import pgd as reference
from autograder.judge.checking import Network, Setting, Split, metrics
from autograder.judge.robustness import margin

Attack = Callable[[nn.Module, Tensor, Tensor, float], Tensor]


@dataclass
class AttackCase:
    """Attacks with a known outcome: what each adds to an image of each class, in epsilons."""

    network: Network
    images: Tensor
    labels: Tensor
    epsilon: float
    directions: list[Tensor]
    clamped: bool = True  # to [0, 1], by the attacks themselves
    training: bool = False  # whether the network is handed out in train mode

    @cached_property
    def expected(self) -> float:
        """The right worst case."""
        return reference.worst_case_accuracy(
            self.network.module,
            self.images,
            self.labels,
            self.epsilon,
            attacks(self),
        )


def towards(setting: Setting, ahead: int | None) -> Tensor:
    """For each class the signs that lead its training images to the class so far ahead of it.

    With None, to any other class. Shape (classes, C, H, W).
    """
    train, module = setting.dataset.train, setting.victim.module
    signs = []
    for name in range(setting.dataset.num_classes):
        x = train.images[train.labels == name][:40].clone().requires_grad_()
        labels = torch.full((len(x),), name)
        with metrics.evaluating(module), torch.enable_grad():
            logits = module(x)
            if ahead is None:
                gain = margin(logits, labels)
            else:
                gain = logits[:, (name + ahead) % logits.shape[1]] - logits[:, name]
            (gradient,) = torch.autograd.grad(gain.sum(), x)
        signs.append(gradient.mean(dim=0).sign())
    return torch.stack(signs)


def attacks(trial: AttackCase) -> list[Attack]:
    """The attacks along the directions, as the worker makes them."""
    low, high = (0.0, 1.0) if trial.clamped else (-math.inf, math.inf)

    def attack_along(direction: Tensor) -> Attack:
        return lambda model, images, labels, epsilon: (images + epsilon * direction[labels]).clamp(
            low, high
        )

    return [attack_along(direction) for direction in trial.directions]


def accuracy_of_each(trial: AttackCase) -> list[float]:
    """The accuracy under each attack alone, without counting the clean images."""
    return [right.double().mean().item() for right in outcomes(trial)]


def outcomes(trial: AttackCase) -> list[Tensor]:
    """Which images are right under each of the attacks."""
    module = trial.network.module
    return [
        metrics.predict(module, attack(module, trial.images, trial.labels, trial.epsilon)).argmax(1)
        == trial.labels
        for attack in attacks(trial)
    ]


def some_cases(setting: Setting) -> Split:
    """The hidden images that a worst case is counted on, more or fewer with each secret."""
    return setting.test_images(setting.drawn("number of cases", 130, 260))


def different_attacks(setting: Setting) -> AttackCase:
    """`choose_different_attacks`, once."""
    return setting.remember("different attacks", partial(choose_different_attacks, setting))


def choose_different_attacks(setting: Setting) -> AttackCase:
    """Three attacks that break different images, at the epsilon where they differ most.

    The first comes twice: an attack that breaks nothing new is no reason to stop.
    """
    network, test = setting.victim, some_cases(setting)
    directions = [towards(setting, ahead) for ahead in (1, 3, 6)]
    rounds = [
        AttackCase(network, test.images, test.labels, epsilon, directions)
        for epsilon in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
    ]

    def disagreement(trial: AttackCase) -> tuple[int, float]:
        alone = accuracy_of_each(trial)
        return len(set(alone)), min(alone) - trial.expected

    chosen = max(rounds, key=disagreement)
    alone = accuracy_of_each(chosen)
    # The strongest is neither first nor last: so the first or last alone is not the smallest.
    first, last, strongest = sorted(range(len(alone)), key=lambda i: -alone[i])
    return replace(chosen, directions=[directions[i] for i in (first, first, strongest, last)])


def clean_cases(setting: Setting) -> tuple[AttackCase, AttackCase, AttackCase]:
    """Images of which many are wrong as they are: with an attack that helps, and without any, on
    a network with dropout too."""
    network, test = setting.victim, some_cases(setting)
    logits, labels = metrics.predict(network.module, test.images), test.labels.clone()
    labels[::2] = logits.topk(2).indices[::2, 1]  # wrong, but not by much
    helping = [-towards(setting, None)]
    helped = AttackCase(network, test.images, labels, 0.3, helping)
    without = replace(helped, directions=[])
    random = dropout_network(setting)
    labels = metrics.predict(random.module, test.images).argmax(dim=1)
    labels[::3] = (labels[::3] + 1) % setting.dataset.num_classes
    return helped, without, replace(without, network=random, labels=labels, training=True)


def attack_beyond_budget(setting: Setting) -> AttackCase:
    """One attack that moves by four times epsilon and out of [0, 1], at the epsilon where bringing
    it back tells most: within epsilon, and into [0, 1]."""
    network, test = setting.victim, some_cases(setting)
    wild = 4 * towards(setting, None)

    def told(case: AttackCase) -> float:
        step = case.epsilon * wild[test.labels]
        near = test.images + step.clamp(-case.epsilon, case.epsilon)  # but not in [0, 1]
        far = (test.images + step).clamp(0, 1)  # but not within epsilon
        return min(
            abs(metrics.accuracy(network.module, images, test.labels) - case.expected)
            for images in (near, far)
        )

    rounds = [
        AttackCase(network, test.images, test.labels, epsilon, [wild], clamped=False)
        for epsilon in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
    ]
    return max(rounds, key=told)
