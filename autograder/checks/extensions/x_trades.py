"""The checks of x-trades, without points: the loss by its formula, the training by its weights.

The judge computes the loss and its gradients again in float64. The training is measured as in
a5-adversarial-training, and has to reach half of the gain that calibration found there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.judge import bars
from autograder.judge.checking import (
    Setting,
    Student,
    Wrong,
    answering_with_numbers,
    expect,
    expect_true,
    graded_for,
    kind,
    other_lengths,
    require,
    require_numbers,
    same_weights,
    train_plain,
)
from autograder.judge.robustness import Robustness

LECTURE = "lectures/adversarial-training/"
graded_loss = graded_for("trades_loss", lecture=LECTURE)
graded_training = graded_for("trades_train", lecture=LECTURE)


MADE_WHOLE = True
make_ahead = train_plain


BETA = 3.0


def divergence(log_p: Tensor, log_q: Tensor) -> Tensor:
    """KL(p || q) for each row."""
    return (log_p.exp() * (log_p - log_q)).sum(dim=1)


def example(setting: Setting) -> tuple[Tensor, Tensor, Tensor]:
    """Logits of seven images, clean and attacked, and their labels."""
    generator = setting.generator("logits")
    clean, attacked = 2 * torch.randn(2, 7, 10, generator=generator)
    return clean, attacked, torch.randint(10, (7,), generator=generator)


@graded_loss()
def test_trades_loss_follows_the_formula(student: Student, setting: Setting) -> None:
    """trades_loss is the mean cross-entropy plus beta times the mean divergence"""
    require(student, "trades_loss", "function")
    clean, attacked, labels = example(setting)
    answer: Any = student.call("trades_loss", clean, attacked, labels, BETA)
    if not isinstance(answer, Tensor) or answer.numel() != 1:
        raise Wrong("a tensor with one number", kind(answer), cause="the mean is missing")
    p, q = (F.log_softmax(logits.double(), dim=1) for logits in (clean, attacked))
    right = F.cross_entropy(clean.double(), labels)
    wrong = F.cross_entropy(attacked.double(), labels)
    forward, backward = divergence(p, q), divergence(q, p)
    causes = {
        "the divergence is taken the other way round, KL(p' || p)": right + BETA * backward.mean(),
        "the divergence is divided by the number of logits: reduction='batchmean'": right
        + BETA * forward.mean() / clean.shape[1],
        "the divergence is summed over the images, not averaged": right + BETA * forward.sum(),
        "the cross-entropy is that of the attacked images": wrong + BETA * forward.mean(),
        "beta is left out": right + forward.mean(),
        "the divergence is left out": right,
    }
    got = answer.double().item()
    near = (why for why, other in causes.items() if abs(got - other.item()) < 1e-4)
    expect(
        abs(got - (right + BETA * forward.mean()).item()),
        "a distance from the right value of",
        at_most=1e-4,
        cause=next(near, ""),
        hint="Try it on the example in the text: 0.9, 0.1 against 0.6, 0.4.",
    )


@graded_loss(needs="trades_loss_follows_the_formula")
def test_trades_loss_moves_both_answers(student: Student, setting: Setting) -> None:
    """Its gradient goes through the clean answer and through the attacked one"""
    clean, attacked, labels = example(setting)
    clean.requires_grad_()
    p, q = F.log_softmax(clean, dim=1), F.log_softmax(attacked, dim=1)
    total = F.cross_entropy(clean, labels) + BETA * divergence(p, q).mean()
    (wanted,) = torch.autograd.grad(total, clean)
    clean = clean.detach()
    answer: Any = student.gradient("trades_loss", clean, attacked, labels, BETA)
    if not isinstance(answer, Tensor) or answer.shape != wanted.shape:
        raise Wrong(f"a gradient of shape {tuple(wanted.shape)}", kind(answer))
    alone = F.softmax(clean, dim=1) - F.one_hot(labels, 10)
    fixed = torch.allclose(answer, alone / len(clean), atol=1e-5)
    expect(
        (answer - wanted).abs().max().item(),
        "a gradient by the clean logits that is off by",
        at_most=1e-4,
        cause="the clean answer is detached in the divergence" if fixed else "",
        hint="Only the attack inside the training holds the clean answer fixed.",
    )


# --- trades_train --------------------------------------------------------------------------------


@dataclass
class Defended:
    """The result of training a fresh network: its losses, and the robustness of its weights."""

    losses: object
    changed: bool
    after: Robustness


@pytest.fixture(scope="module")
def defended(student: Student, setting: Setting) -> Defended:
    """The student's training of a fresh network, attacked by the judge."""
    require(student, "trades_train", "function")
    network = setting.network("strided-cnn", "to be defended")
    train, ref = setting.dataset.train, student.network(network)
    losses = student.call(
        "trades_train",
        ref,
        train.images,
        train.labels,
        seconds=setting.limits.train_seconds,
        epsilon=setting.budget.epsilon,
        beta=BETA,
        epochs=setting.budget.adversarial_epochs,
    )
    trained = network.with_weights(student.weights(ref))
    changed = not same_weights(network.weights, trained.weights)
    with answering_with_numbers():
        return Defended(losses, changed, setting.attacked(trained, setting.dataset.test.labels))


@graded_training()
def test_trades_training_returns_losses(defended: Defended, setting: Setting) -> None:
    """trades_train returns one mean loss per epoch"""
    epochs, images = setting.budget.adversarial_epochs, len(setting.dataset.train.labels)
    causes = other_lengths(epochs, images)
    require_numbers(defended.losses, epochs, "losses, one for each epoch", causes=causes)


@graded_training(needs="trades_training_returns_losses")
def test_trades_training_makes_it_robust(
    defended: Defended, setting: Setting, measures: dict[str, float]
) -> None:
    """The network withstands the judge's attack, and still classifies clean images"""
    usual = bars.evidence(setting.profile, "a5-adversarial-training", "worst_case")
    clean = bars.evidence(setting.profile, "a5-adversarial-training", "clean")
    measures.update(clean=defended.after.clean, worst_case=defended.after.worst_case)
    expect_true(defended.changed, "other weights than before", "the same weights")
    plain = setting.plain_robustness.worst_case
    expect(
        defended.after.worst_case,
        "a share of images that survive every attack of",
        at_least=plain + (usual.mean - plain) / 2,
        cause="the loss does not use the attacked images, or the attack does not change them",
        hint="Look at how far the images move, and at the divergence before and after.",
    )
    expect(
        defended.after.clean,
        "accuracy on clean images of",
        at_least=clean.zero,
        cause="the divergence outweighs the cross-entropy from the first step on",
        hint="Let epsilon grow over the first epochs.",
    )
