"""Networks whose robust accuracy the judge knows, on which `evaluate` is checked.

For a linear network there is a closed form. Within epsilon and [0, 1] every pixel has its own
interval, and the lead of class j over the true class y is largest where each pixel is at the end
that w_j - w_y points to; an image is robust exactly if no class can lead. The same sum over other
intervals gives the number that a known mistake gives.

Every network here takes normalised images, as published ones do: it is a network on pixels whose
first layer was changed to undo the normalisation.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from autograder.checks.attacked import in_channels, linear_network
from autograder.checks.shares import with_drawn_share
from autograder.judge.checking import Network, Setting, Split, metrics
from autograder.judge.robustness import Loss, cross_entropy, margin, pgd, survivors
from course import training
from course.models import Normalize

LINEAR, IMAGES = 600, (200, 240)  # images for linear networks, and how many a hand-in gets
POOL, FEW = 320, (116, 140)  # the same for the trained network
HELPED = 32, 48  # images, black and white
IN_TRAIN_MODE = 32, 48
RUNS = 5  # of PGD, which must agree about an image
MORE_RUNS = 8  # which must leave an image that withstands
RECIPE = training.Recipe(epochs=4, batch_size=64)
EPSILONS = [0.0025 * step for step in range(4, 21)]
SCALES = (0.4, 0.55, 0.7, 0.85, 1.0, 1.2)  # of the profile's epsilon


@dataclass
class Case:
    """One network that takes normalised images, and its robust accuracy `right`."""

    network: Network
    test: Split
    epsilon: float
    mean: list[float]
    std: list[float]
    right: float = -1.0

    @property
    def on_pixels(self) -> nn.Module:
        """The same network with the normalisation before it."""
        return nn.Sequential(Normalize(self.mean, self.std), self.network.module)

    @property
    def clean(self) -> float:
        """The accuracy without an attack."""
        return metrics.accuracy(self.on_pixels, self.test.images, self.test.labels)

    def normalised(self, images: Tensor) -> Tensor:
        """The images as the network takes them."""
        return Normalize(self.mean, self.std)(images)

    def within(self, low: Tensor, high: Tensor) -> Tensor:
        """The images that a linear network gets right for all moves between two normalised images,
        pixel by pixel: (N,) bool."""
        weight, bias = (value.double() for value in self.network.weights)
        low, high = low.double().flatten(1), high.double().flatten(1)
        robust = torch.zeros(len(low), dtype=torch.bool)
        for label in range(len(weight)):
            own = self.test.labels == label
            apart = weight - weight[label]  # the effect of each pixel on the lead of each class
            lead = apart.clamp(min=0) @ high[own].T + apart.clamp(max=0) @ low[own].T
            lead += (bias - bias[label])[:, None]
            lead[label] = -1.0
            robust[own] = (lead < 0).all(dim=0)
        return robust

    @property
    def robust(self) -> Tensor:
        """Which images a linear network gets right within epsilon and [0, 1]: (N,) bool."""
        low, high = self.reach()
        return self.within(self.normalised(low), self.normalised(high))

    def at(self, epsilon: float) -> Case:
        """This case at another epsilon, with its closed form; for a linear network only."""
        case = replace(self, epsilon=epsilon)
        case.right = case.robust.double().mean().item()
        return case

    def reach(self) -> tuple[Tensor, Tensor]:
        """The images with every pixel as dark, and as light, as it can become."""
        low, high = ((self.test.images + sign * self.epsilon).clamp(0, 1) for sign in (-1, 1))
        return low, high


@dataclass
class Pool:
    """A case with many images, of which each hand-in gets others.

    case: without images, which would take much space. rows: which of all test images they are, (N,)
    int64. labels: (N,). robust: which of them withstand every attack, (N,) bool. telling: those
    on which known mistakes give another answer, as numbers below N.
    """

    case: Case
    rows: Tensor
    labels: Tensor
    robust: Tensor
    telling: list[int]

    @classmethod
    def of(cls, case: Case, rows: Tensor, robust: Tensor, telling: Sequence[int] = ()) -> Pool:
        """The pool of a case that still has its images."""
        none = Split(case.test.images[:0], case.test.labels[:0])
        return cls(replace(case, test=none), rows, case.test.labels, robust, [*telling])

    def drawn(self, handin: Setting, name: str, sizes: tuple[int, int]) -> Case:
        """The case with images that are drawn for one hand-in: at least and at most so many."""
        count = handin.drawn(f"images of {name}", *sizes)
        first = self.telling[: count // 5]
        few = with_drawn_share(handin, name, self.robust, count, first=first)
        images = handin.shared.dataset.test.images[self.rows[few]]
        test = Split(in_channels(images, len(self.case.mean)), self.labels[few])
        return replace(self.case, test=test, right=self.robust[few].double().mean().item())


def without_normalisation(network: Network, mean: Sequence[float], std: Sequence[float]) -> Network:
    """A network that answers to (x - mean) / std as this one answers to x.

    Its first layer must have no padding, which would be another grey.
    """
    weight, bias, *rest = network.weights
    parts = weight.reshape(len(weight), len(mean), -1)  # by channel
    scaled = parts * torch.tensor(std)[None, :, None]
    shift = (parts * torch.tensor(mean)[None, :, None]).sum(dim=(1, 2))
    return network.with_weights([scaled.reshape(weight.shape), bias + shift, *rest])


def statistics(setting: Setting, purpose: str, channels: int) -> tuple[list[float], list[float]]:
    """A mean and a deviation for each channel, drawn from the secret.

    White is more than 2 deviations above the mean, so a clamp to [-2, 2] changes it. Of several
    channels the first has the smallest or the largest deviation, and they differ by a third or
    more: with one deviation for all channels the number is another.
    """
    draws = torch.rand(3, channels, generator=setting.generator(f"statistics of {purpose}"))
    ranks = torch.tensor([0, *range(channels - 1, 0, -1)])
    ranks = ranks if draws[2, 0] < 0.5 else channels - 1 - ranks
    std = 0.12 + 0.16 * (ranks + draws[1]) / channels
    return (0.15 + 0.25 * draws[0]).tolist(), std.tolist()


def linear_pool(setting: Setting, channels: int) -> Pool:
    """A linear network on grey or colour images, at an epsilon where known mistakes show."""
    train, test = setting.dataset.train, setting.test_images(LINEAR)
    network = linear_network(setting, f"linear {channels}", channels, setting.dataset.num_classes)
    training.fit(
        network.module, in_channels(train.images, channels), train.labels, RECIPE, progress=False
    )
    images, labels = in_channels(test.images, channels), test.labels.clone()
    # Some are wrong without any attack: leaving those out gives another number.
    second = metrics.predict(network.module, images).topk(2).indices[:, 1]
    labels[::7] = second[::7]
    mean, std = statistics(setting, f"linear {channels}", channels)
    network = without_normalisation(network, mean, std)
    whole = Case(network, Split(images, labels), 0.0, mean, std)
    some = replace(whole, test=whole.test[torch.arange(min(len(test), IMAGES[1]))])
    whole = whole.at(at_informative_epsilon(some).epsilon)
    # Where a single run of PGD misses what can be calculated, so may a right answer.
    rows = (by_plain_pgd(whole) == whole.robust).nonzero().flatten()
    case = replace(whole, test=whole.test[rows])
    return Pool.of(case, rows, case.robust, wrongly_clamped(case).tolist())


def wrongly_clamped(case: Case) -> Tensor:
    """The robust images that seem broken where pixels are not clamped, or to 2 deviations: (M,)."""
    z, step = (
        case.normalised(case.test.images),
        case.epsilon / torch.tensor(case.std).view(-1, 1, 1),
    )
    broken = torch.zeros_like(case.robust)
    for most in (math.inf, 2.0):
        low, high = ((z + sign * step).clamp(-most, most) for sign in (-1, 1))
        broken |= ~case.within(low, high)
    return (case.robust & broken).nonzero().flatten()


def at_informative_epsilon(case: Case) -> Case:
    """The case at the epsilon where a missing clamp shows most and PGD finds the number."""

    def gap(tried: Case) -> float:
        low, high = (tried.normalised(case.test.images + s * tried.epsilon) for s in (-1, 1))
        return tried.right - tried.within(low, high).double().mean().item()

    tried = [case.at(epsilon) for epsilon in EPSILONS]
    least = 1.5 / len(case.test)
    plain = [e for e in tried if by_plain_pgd(e).double().mean().item() - e.right <= least]
    return max(plain or tried, key=gap)


def by_plain_pgd(case: Case) -> Tensor:
    """Which images PGD on the cross-entropy alone leaves right, without a random start: (N,)."""
    size = case.epsilon / 4
    return withstood(case.on_pixels, case.test, case.epsilon, cross_entropy, size=size, steps=10)


def trained_pool(setting: Setting) -> Pool:
    """The judge's trained network at the epsilon where a single step is worst."""
    pool, victim = setting.test_images(POOL), setting.victim.module
    mean, std = statistics(setting, "trained", setting.dataset.image_shape[0])
    network = without_normalisation(setting.victim, mean, std)

    def gap(epsilon: float) -> int:
        """The number of images that many steps break and a single step does not."""
        return int(many_steps_only(victim, pool, epsilon, size=epsilon / 4, steps=10).sum())

    epsilon = max((scale * setting.budget.epsilon for scale in SCALES), key=gap)
    found = survivors(victim, pool.images, pool.labels, epsilon, seed=setting.seed("evaluation"))
    rows = unambiguous(setting, pool, epsilon, found)
    telling = (one_step(victim, pool[rows], epsilon) & ~found[rows]).nonzero().flatten()
    case = Case(network, pool[rows], epsilon, mean, std)
    return Pool.of(case, rows, found[rows], telling.tolist())


def unambiguous(setting: Setting, pool: Split, epsilon: float, found: Tensor) -> Tensor:
    """The rows of the images on which the judge's attack and single runs of PGD agree.

    On the other images two right answers may differ by chance, and so would their points: an attack
    with ten restarts broke 5 of 42 images that withstand the judge's. found: which images withstand
    the judge's attack.
    """
    victim, agreed = setting.victim.module, torch.ones_like(found)

    def once(run: int, among: Split, step_size: float) -> Tensor:
        start = setting.generator(f"evaluation, run {run}")
        how = {"size": step_size, "steps": 20, "start": start}
        return withstood(victim, among, epsilon, (margin, cross_entropy)[run % 2], **how)

    for run in range(RUNS):
        agreed &= once(run, pool, epsilon / 8) == found
    left = (agreed & found).nonzero().flatten()
    for run in range(RUNS, RUNS + MORE_RUNS):
        agreed[left] &= once(run, pool[left], epsilon / 4)
    return agreed.nonzero().flatten()


def one_step(model: nn.Module, test: Split, epsilon: float) -> Tensor:
    """The images that withstand FGSM on either loss, (n,) bool."""
    first, second = (
        withstood(model, test, epsilon, loss, size=epsilon, steps=1)
        for loss in (cross_entropy, margin)
    )
    return first & second


def many_steps_only(model: nn.Module, test: Split, epsilon: float, **how: Any) -> Tensor:
    """The images that withstand FGSM, but not one run of the judge's attack, (n,) bool."""
    found = one_step(model, test, epsilon)
    if len(left := found.nonzero().flatten()):
        found[left] = ~withstood(model, test[left], epsilon, margin, **how)
    return found


def withstood(model: nn.Module, test: Split, epsilon: float, loss: Loss, **how: Any) -> Tensor:
    """The images that stay right after one run of the judge's attack, (n,) bool."""
    moved = pgd(model, test.images, test.labels, epsilon, loss=loss, **how)
    return metrics.predict(model, moved).argmax(dim=1) == test.labels


def scaled_case(handin: Setting, factor: float) -> Case:
    """The trained network with multiplied logits, which change no answer, on half as many images"""
    least, most = FEW
    case = pool_of_trained(handin.shared).drawn(handin, "scaled", (least // 2, most // 2))
    *rest, weight, bias = case.network.weights
    network = case.network.with_weights([*rest, factor * weight, factor * bias])
    return replace(case, network=network)


def helped_case(setting: Setting) -> Case:
    """A linear network that is wrong about white images, and right after a random start.

    Its logits depend on the mean of an image alone: offsets + slopes * (mean - 1) / epsilon. One
    class leads only on white, and a random start is darker by a quarter of epsilon. From there
    both losses follow another class to darker images, but not so far that it leads. Black images
    are classified correctly, before and after. A few white ones are labelled with the class that
    leads on white: every attack breaks those, so that fewer images survive than are right before
    or after.
    """
    generator, epsilon = setting.generator("an attack that helps"), 0.1
    count = setting.drawn("images that an attack helps", *HELPED)
    black = int(torch.randint(count // 4, 3 * count // 4, (), generator=generator))
    images = torch.ones(count, *setting.dataset.image_shape)
    images[:black] = 0.0
    own, on_white, darker, on_black = torch.randperm(4, generator=generator).tolist()
    offsets, slopes = torch.zeros(4), torch.zeros(4)
    offsets[[on_white, darker, on_black]] = torch.tensor([0.2, -0.4, -10.0])
    slopes[[on_white, darker, on_black]] = torch.tensor([60.0, -0.3, -2.5]) / epsilon
    network = linear_network(setting, "an attack that helps", images.shape[1], 4)
    weight = (slopes / images[0].numel())[:, None].expand_as(network.weights[0])
    mean, std = statistics(setting, "an attack that helps", images.shape[1])
    network = without_normalisation(network.with_weights([weight, offsets - slopes]), mean, std)
    broken = (count - black) // 3
    labels = torch.tensor([on_black] * black + [on_white] * broken + [own] * (count - black))[
        :count
    ]
    return Case(network, Split(images, labels), epsilon, mean, std).at(epsilon)


def with_batch_norm(handin: Setting) -> Case:
    """A network whose answers depend much on the mode, on images that are drawn for one hand-in."""
    whole = handin.shared
    return right_in_eval_mode(
        handin, whole.remember("network with batch norm", partial(of_two_minds, whole))
    )


def of_two_minds(setting: Setting) -> Network:
    """The one of a few untrained networks with batch normalisation whose answers depend most on the
    mode."""
    drawn = [
        setting.network("fast-cnn", f"network {each} with batch normalisation") for each in range(4)
    ]
    return max(drawn, key=lambda network: right_in_eval_mode(setting, network).right)


def right_in_eval_mode(setting: Setting, network: Network) -> Case:
    """The network with labels that are right in eval mode only, or wrong in both modes."""
    test = setting.test_images(setting.drawn("images in train mode", *IN_TRAIN_MODE))
    channels = setting.dataset.image_shape[0]
    mean, std = statistics(setting, "batch norm", channels)
    case = Case(network, test, 0.0, mean, std)
    best = metrics.predict(case.on_pixels, test.images).topk(3).indices
    in_train_mode = copy.deepcopy(case.on_pixels).train()(test.images).argmax(dim=1)
    kept = torch.rand(len(test), generator=setting.generator("right in eval mode"))
    share = setting.drawn("percent right in eval mode", 60, 100) / 100
    right_once = (best[:, 0] != in_train_mode) & (kept < share)
    never = torch.where(best[:, 1] == in_train_mode, best[:, 2], best[:, 1])
    labels = torch.where(right_once, best[:, 0], never)
    right = right_once.double().mean().item()
    return Case(network, Split(test.images, labels), 0.0, mean, std, right)


def pool_of_linear(setting: Setting, channels: int) -> Pool:
    """`linear_pool`, made once for everybody."""
    return setting.remember(f"pool linear {channels}", partial(linear_pool, setting, channels))


def pool_of_trained(setting: Setting) -> Pool:
    """`trained_pool`, made once for everybody."""
    return setting.remember("pool trained", partial(trained_pool, setting))


def choose_for_handin(handin: Setting) -> None:
    """All cases of one hand-in."""
    for channels in (1, 3):
        linear(handin, channels)
    for case in (trained, scaled, helped, normalised_by_batch):
        case(handin)


def linear(handin: Setting, channels: int) -> Case:
    """The linear network, with the images of one hand-in."""
    name = f"linear {channels}"
    draw = partial(pool_of_linear(handin.shared, channels).drawn, handin, name, IMAGES)
    return handin.remember(f"case {name}", draw)


def trained(handin: Setting) -> Case:
    """The trained network, with the images of one hand-in."""
    draw = partial(pool_of_trained(handin.shared).drawn, handin, "trained", FEW)
    return handin.remember("case trained", draw)


def scaled(handin: Setting) -> Case:
    """`scaled_case` of one hand-in."""
    return handin.remember("case scaled", partial(scaled_case, handin, 1e4))


def helped(handin: Setting) -> Case:
    """`helped_case` of one hand-in."""
    return handin.remember("case helped", partial(helped_case, handin))


def normalised_by_batch(handin: Setting) -> Case:
    """`with_batch_norm` of one hand-in."""
    return handin.remember("case batch norm", partial(with_batch_norm, handin))
