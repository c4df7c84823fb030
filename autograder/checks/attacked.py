"""Checks that `fgsm` and `pgd` share: gradient, [0, 1], epsilon, each image alone.

Each check adds its own hint and its own diagnosis of a wrong answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from autograder.judge import inputs
from autograder.judge.checking import (
    Cause,
    Network,
    Setting,
    Split,
    Wrong,
    expect,
    expect_true,
    metrics,
    require_images,
)
from autograder.judge.robustness import loss_gradient, margin

TOLERANCE = 1e-6  # float32 rounding moves a correct pixel by up to 2.4e-8 beyond epsilon
CLOSE_ENOUGH = 1e-5
SURE = 0.01  # of the pixels of `soft_victim` that rounding moves; another formula moves 3 % or more
DROPPED = 0.05  # of the pixels that two right attacks disagree on; with dropout it is 15 % or more


@dataclass
class Trial:
    """One call of the student's attack: its arguments and its result."""

    network: Network
    images: Tensor
    labels: Tensor
    epsilon: float
    adversarial: Any

    @property
    def perturbation(self) -> Tensor:
        """The change of each pixel, measured from the judge's copy of the images."""
        return self.adversarial - self.images

    @cached_property
    def gradient(self) -> Tensor:
        """The gradient of the loss at the images, computed by the judge."""
        return loss_gradient(self.network.module, self.images, self.labels)


def in_channels(images: Tensor, channels: int) -> Tensor:
    """The images with this many channels: grey, or three channels that differ."""
    if images.shape[1] == channels:
        return images
    grey = images.mean(dim=1, keepdim=True)
    return grey if channels == 1 else torch.cat([grey, 1 - grey, 0.2 + 0.5 * grey], dim=1)


def linear_network(setting: Setting, purpose: str, channels: int, classes: int) -> Network:
    """An untrained linear network for this many channels and classes."""
    return Network.build(
        "linear",
        setting.seed(purpose),
        in_channels=channels,
        image_size=setting.dataset.image_shape[1],
        num_classes=classes,
    )


def linear_victim(setting: Setting) -> tuple[Network, Split]:
    """A linear network and its images; the best perturbation is known in closed form.

    Its logits are large, and it is wrong about every image, so that the gradient of a loss computed
    from probabilities (a softmax before the cross-entropy) differs from the right one. There are
    three channels with different gradients, every twelfth value has none, and no pixel is black or
    white. There are many images, since a step on them costs little. So an answer that is right only
    for the few images of most checks is found here.
    """
    count = setting.drawn("number of linear images", 130, 260)
    test, classes = setting.test_images(count), setting.dataset.num_classes
    images = 0.1 + 0.8 * in_channels(test.images, 3)
    network = linear_network(setting, "linear weights", 3, classes)
    seen = (torch.arange(images[0].numel()) % 12 != 0).float()
    weight, bias = network.weights
    network = network.with_weights([20 * weight * seen, 20 * bias])
    predicted = metrics.predict(network.module, images).argmax(dim=1)
    other = (test.labels + 1) % classes
    return network, Split(images, torch.where(predicted == test.labels, other, test.labels))


def some_images(setting: Setting) -> Split:
    """The hidden images that an attack is tried on, more or fewer of them with each secret."""
    return setting.test_images(setting.drawn("number of images", 97, 120))


def soft_victim(setting: Setting) -> tuple[Network, Split]:
    """The trained network, unsure of its answers, and images of which a quarter is labelled wrong.

    Its logits are divided by a number, so that no loss is near 0: where one is, rounding decides
    the signs of the gradient, and right attacks differ. Here they agree, and attacks on another
    loss, from another point or in other steps do not.
    """
    test = setting.test_images(setting.drawn("number of soft images", 32, 48))
    labels, classes = test.labels.clone(), setting.dataset.num_classes
    labels[::4] = (labels[::4] + 1) % classes
    leads = margin(metrics.predict(setting.victim.module, test.images), test.labels).abs()
    *inner, weight, bias = setting.victim.weights
    factor = 3 / leads.median()
    network = setting.victim.with_weights([*inner, factor * weight, factor * bias])
    return network, Split(test.images, labels)


def agreement(trial: Trial, gradient: Tensor | None = None) -> tuple[float, float]:
    """The share of moved pixels that go up the gradient, and the share of free pixels that moved.

    A pixel is free if it has a gradient that does not push it out of [0, 1]; a right attack moves
    no other pixel. gradient: used in place of the gradient of the loss.
    """
    step = (trial.gradient if gradient is None else gradient).sign()
    blocked = ((trial.images <= 0) & (step < 0)) | ((trial.images >= 1) & (step > 0))
    free = (step != 0) & ~blocked
    moved = free & (trial.perturbation.abs() > 1e-7)
    if not moved.any():
        return 0.5, 0.0
    along = (trial.perturbation.sign() == step)[moved].float().mean().item()
    return along, moved.sum().item() / max(1, int(free.sum()))


def follows_the_gradient(
    trial: Trial,
    measures: dict[str, float],
    *,
    least: float,
    cause: Cause,
    unmoved_hint: str,
    hint: str,
    steps: Mapping[str, str],
) -> None:
    """Raise Wrong unless pixels move, and a share of at least `least` goes up or goes down.

    Going down is another mistake, which later checks find. Noise does neither.
    """
    along, moved = agreement(trial)
    measures.update(sign_agreement=along, pixels_moved=moved)
    if moved < 0.05:
        some = (trial.perturbation.abs() > 1e-7).any()
        raise Wrong(
            "pixels that move where the loss has a gradient",
            f"{100 * moved:.1f} % of them moved",
            cause="nearly all images come back unchanged: the loss is that of a few of them"
            if some
            else "the images come back unchanged",
            hint="Sum the loss over all images: `reduction='sum'`." if some else unmoved_hint,
        )
    expect_true(
        max(along, 1 - along) >= least,
        "moves along the sign of the gradient",
        f"{100 * along:.0f} % of the moved pixels go where the loss rises",
        cause=cause,
        hint=hint,
        steps=steps,
    )


def attacks_what_it_was_given(trial: Trial, setting: Setting) -> None:
    """Raise Wrong where most images were exchanged for published ones before they were attacked.

    An attack within epsilon is one of the images that were given, and is not looked at.
    """
    if trial.perturbation.abs().max() <= trial.epsilon + TOLERANCE:
        return
    known = inputs.published(setting.profile).flatten(1)
    if not len(known):
        return
    found = trial.adversarial.flatten(1)
    nearest = known[torch.cdist(found, known).argmin(dim=1)]
    of_published, of_given = (
        (found - images).abs().amax(dim=1) <= trial.epsilon + TOLERANCE
        for images in (nearest, trial.images.flatten(1))
    )
    expect_true(
        (of_published & ~of_given).float().mean().item() <= 0.5,
        "an attack on the images that were given",
        "most images are published ones, attacked",
        cause="other images are attacked, from the published data: they were looked up",
        hint="Start from `images`: what is asked about stands in no file.",
    )


def stays_in_range(
    adversarial: Tensor,
    *,
    what: str = "pixels",
    cause: Cause = "the result is not clamped, or clamped to another range",
    hint: str,
) -> None:
    """Raise Wrong unless every pixel is in [0, 1]."""
    low, high = adversarial.min().item(), adversarial.max().item()
    expect_true(
        low >= 0 and high <= 1,
        f"{what} in [0, 1]",
        f"pixels from {low:.4f} to {high:.4f}",
        cause=cause,
        hint=hint,
    )


def stays_within_epsilon(
    trial: Trial, measures: dict[str, float], *, cause: Cause, hint: str
) -> None:
    """Raise Wrong unless no pixel moves by more than epsilon."""
    measures["largest_move"] = trial.perturbation.abs().max().item()
    moves_within(trial.perturbation, trial.epsilon, cause=cause, hint=hint)


def moves_within(perturbation: Tensor, epsilon: float, *, cause: Cause, hint: str) -> None:
    """Raise Wrong unless every move is at most epsilon."""
    expect(
        perturbation.abs().max().item(),
        "a largest move of",
        at_most=epsilon + TOLERANCE,
        cause=cause,
        hint=hint,
    )


def treats_each_alone(
    attack: Callable[[Split], Trial], together: Trial, *, stray: float, few: int = 3
) -> None:
    """Raise Wrong unless images get the same result without the rest of the batch.

    attack: the student's, on some images and always the same network. together: more than twice as
    many images as `few`. stray: the share of pixels that may differ because of rounding.
    """

    def share(one: Tensor, other: Tensor) -> float:
        return (one - other).abs().gt(CLOSE_ENOUGH).float().mean().item()

    for rows in (slice(0, few), slice(few, 2 * few)):
        split = Split(together.images[rows], together.labels[rows])
        alone = require_images(attack(split).adversarial, split.images)
        apart = share(alone, together.adversarial[rows])
        if apart <= stray:
            continue
        again = require_images(attack(split).adversarial, split.images)
        cause, hint = why_not_alone(random=share(alone, again) > stray, later=rows.start > 0)
        raise Wrong(
            "the same adversarial image alone and in a batch",
            f"{100 * apart:.1f} % of the pixels differ",
            cause=cause,
            hint=hint,
        )


def why_not_alone(*, random: bool, later: bool) -> tuple[str, str]:
    """The likely cause, and the next step, where the attack on an image depends on more than it.

    random: two calls with the same images differ. later: only a later call went wrong.
    """
    if random:
        return (
            "two calls with the same images give different results: something in it is random",
            "Draw no random numbers: the same images must give the same attack.",
        )
    if later:
        return (
            "the first call was right and the next one is not: something is kept between calls",
            "Compute the gradient anew in each call, from the images of that call.",
        )
    return (
        "something is computed over the batch: a norm, a mean, or a network in train mode",
        "Compute what belongs to an image from that image alone, with dim=(1, 2, 3).",
    )


def ignores_dropout(in_train_mode: Tensor, in_eval_mode: Tensor, images: Tensor) -> None:
    """Raise Wrong unless a network with dropout gets the same attack in both modes."""
    apart = require_images(in_train_mode, images) - require_images(in_eval_mode, images)
    share = (apart.abs() > CLOSE_ENOUGH).float().mean().item()
    expect_true(
        share <= DROPPED,
        "a network in train mode attacked as in evaluation mode",
        f"{100 * share:.1f} % of the pixels differ",
        cause="dropout was active: each call leaves out other parts of the network",
        hint="Put the network in evaluation mode, and put the mode back afterwards: `evaluating`.",
    )
