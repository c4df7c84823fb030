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

from autograder.checks.dropout import dropout_network, right_in_eval_mode
from autograder.checks.shares import drawn_half, with_drawn_share
from autograder.judge.checking import Network, Setting, Split, metrics
from autograder.judge.robustness import bounded, margin

CASES = 130, 260  # images, at least and at most
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
    def survivors(self) -> Tensor:
        """Which images are right without an attack and under each of them, (N,) bool."""
        module = self.network.module
        right = metrics.predict(module, self.images).argmax(dim=1) == self.labels
        for attack in attacks(self):
            moved = attack(module, self.images, self.labels, self.epsilon)
            moved = bounded(self.images, moved, self.epsilon)
            right &= metrics.predict(module, moved).argmax(dim=1) == self.labels
        return right

    @property
    def expected(self) -> float:
        """The right worst case."""
        return self.survivors.double().mean().item()


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
    """Hidden images that a worst case is counted on, more or fewer of them."""
    return setting.test_images(setting.drawn("number of cases", *CASES))


def survivors_of(setting: Setting, name: str, case: AttackCase) -> Tensor:
    """Which of all test images survive the attacks of a case, once for everybody: (N,) bool."""
    test = setting.dataset.test
    whole = replace(case, images=test.images, labels=test.labels)
    return setting.remember(f"survivors of {name}", lambda: whole.survivors)


def drawn(handin: Setting, case: AttackCase, name: str, purpose: str) -> AttackCase:
    """The case with images that are drawn for one hand-in, and of them a drawn share of survivors.

    name: of the attacks. purpose: another one, other images.
    """
    survivors = survivors_of(handin.shared, name, case)
    count = handin.drawn(f"number of {purpose}", *CASES)
    rows = with_drawn_share(handin, purpose, survivors, count)
    test = handin.shared.dataset.test[rows]
    case = replace(case, images=test.images, labels=test.labels)
    case.survivors = survivors[rows]
    return case


def different_attacks(setting: Setting) -> AttackCase:
    """`choose_different_attacks`, once for everybody."""
    name = "different attacks"
    case = setting.remember(name, partial(choose_different_attacks, setting))
    survivors_of(setting, name, case)
    return case


def attacks_for(handin: Setting, number: int) -> AttackCase:
    """Different attacks on images that are drawn for one hand-in; another number, other images."""
    purpose = f"attacked images {number}"
    return handin.remember(purpose, partial(told_apart, handin, purpose))


def told_apart(handin: Setting, purpose: str) -> AttackCase:
    """Different attacks on drawn images, of which each alone leaves another accuracy."""
    whole = different_attacks(handin.shared)
    for attempt in range(6):
        case = drawn(handin, whole, "different attacks", f"{purpose}, attempt {attempt}")
        alone = accuracy_of_each(replace(case, directions=whole.directions[1:]))
        if len(set(alone)) == len(alone):
            break
    survivors = case.survivors  # the same in whatever order
    case = replace(case, directions=in_order(whole.directions[1:], alone))
    case.survivors = survivors
    return case


def in_order(directions: list[Tensor], alone: list[float]) -> list[Tensor]:
    """The directions so that the strongest is neither first nor last, and the first comes twice.

    So the first or last alone is not the smallest, and an attack that breaks nothing new is no
    reason to stop. alone: the accuracy that each leaves.
    """
    first, last, strongest = sorted(range(len(alone)), key=lambda i: -alone[i])
    return [directions[i] for i in (first, first, strongest, last)]


def choose_different_attacks(setting: Setting) -> AttackCase:
    """Three attacks that break different images, at the epsilon where they differ most."""
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
    return replace(chosen, directions=in_order(directions, accuracy_of_each(chosen)))


def towards_any(setting: Setting) -> Tensor:
    """`towards` any other class, once for everybody."""
    return setting.shared.remember("towards any", partial(towards, setting.shared, None))


def clean_cases(handin: Setting) -> tuple[AttackCase, AttackCase, AttackCase]:
    """Images of which many are wrong as they are: with an attack that helps, and without any, on
    a network with dropout too."""
    network, test = handin.victim, some_cases(handin)
    logits, wrong = metrics.predict(network.module, test.images), drawn_half(handin, len(test))
    labels = torch.where(wrong, logits.topk(2).indices[:, 1], test.labels)  # not by much
    helped = AttackCase(network, test.images, labels, 0.3, [-towards_any(handin)])
    without = replace(helped, directions=[])
    network = dropout_network(handin)
    labels = right_in_eval_mode(handin, network, test.images)
    return helped, without, replace(without, network=network, labels=labels, training=True)


def attack_beyond_budget(handin: Setting) -> AttackCase:
    """`choose_attack_beyond_budget` on images that are drawn for one hand-in."""
    whole, name = handin.shared, "beyond the budget"
    case = whole.remember(name, partial(choose_attack_beyond_budget, whole))
    return drawn(handin, case, name, f"images {name}")


def choose_attack_beyond_budget(setting: Setting) -> AttackCase:
    """One attack that moves by four times epsilon and out of [0, 1], at the epsilon where bringing
    it back tells most: within epsilon, and into [0, 1]."""
    network, test = setting.victim, some_cases(setting)
    wild = 4 * towards_any(setting)

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
