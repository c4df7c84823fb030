"""The defences that `break_defense` has to break, and the share that the judge breaks of each.

The share broken is counted on the judge's copy of the defence, among the images that it got right
before. Points depend on that share divided by the judge's, so that they hardly depend on the
network behind the defence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from autograder.checks.a6_audit.known_robustness import many_steps_only
from autograder.checks.attacked import linear_network
from autograder.judge.checking import Network, Setting, Split, metrics
from autograder.judge.robustness import bounded, cross_entropy, margin, pgd
from course import defences

KINDS = ("quantised", "scaled-logits")
POOL, IMAGES = 1000, 64  # hidden images, and how many of them are attacked
MANY_STEPS_ONLY = 24  # of those, that many steps break and a single step does not
FEW = 8  # images made for the misleading network
STEPS, RESTARTS = 20, 3


@dataclass
class DefenceCase:
    """One defence, the images to attack, and the share of them that the judge breaks."""

    kind: str
    number: float  # grey levels, or the factor on the logits
    test: Split
    epsilon: float
    own: float
    network: Network | None = None  # the network behind it; None for the judge's trained one

    def behind(self, setting: Setting) -> Network:
        """The network behind the defence."""
        return self.network or setting.victim

    def broken(self, setting: Setting, adversarial: Tensor) -> float:
        """The share that these images break, each first projected into epsilon and [0, 1]."""
        moved = bounded(self.test.images, adversarial, self.epsilon)
        inside = defences.build(self.kind, self.behind(setting).module, self.number)
        return share_broken(inside, self.test, moved)


def defence(setting: Setting, kind: str, number: float) -> defences.Defence:
    """The judge's copy of the defence, around its trained network."""
    return defences.build(kind, setting.victim.module, number)


def drawn_number(setting: Setting, kind: str) -> float:
    """The number of this defence, from the secret: 5 to 9 levels, or a factor of 1e3 to 1e5."""
    generator = setting.generator(f"number of {kind}")
    if kind == "quantised":
        return float(torch.randint(5, 10, (), generator=generator))
    return float(10 ** (3 + 2 * torch.rand((), generator=generator)))


def defence_case(setting: Setting, kind: str) -> DefenceCase:
    """The defence that students attack, the same for everyone."""
    return setting.remember(kind, partial(make_defence_case, setting, kind))


def make_defence_case(setting: Setting, kind: str) -> DefenceCase:
    """The defence with its number drawn, attacked by the judge."""
    number, epsilon = drawn_number(setting, kind), setting.budget.epsilon
    inside, pool = defence(setting, kind, number), setting.test_images(POOL)
    test = choose_images(inside, pool, epsilon, setting.generator("choice of images"))
    attacked = broken_by_judge(inside, test, epsilon, setting.generator("attack on a defence"))
    return DefenceCase(kind, number, test, epsilon, share_broken(inside, test, attacked))


def misleading_case(setting: Setting) -> DefenceCase:
    """A defence that falls only to an attack through the rounding, the same for everyone."""
    return setting.remember("misleading", partial(make_misleading_case, setting))


def make_misleading_case(setting: Setting) -> DefenceCase:
    """Three grey levels before a linear network that answers differently without the rounding.

    On a trained network an attack that ignores the rounding is nearly as good as a right one. Here
    half of the pixels, at 0.22, are rounded to black, and the rest, at 0.62, to 0.5. If the first
    half becomes lighter by 0.03, it is rounded to 0.5 too, and the class `lighter` leads. Without
    rounding the class `unseen` leads, and more so as the first half becomes darker; but that
    changes no rounded image.
    """
    generator = setting.generator("a network that rounding changes")
    images = 0.02 * torch.rand(FEW, *setting.dataset.image_shape, generator=generator)
    pixels = images[0].numel()
    first = torch.randperm(pixels, generator=generator).reshape(images[0].shape) < pixels // 2
    images += torch.where(first, 0.21, 0.61)
    own, lighter, unseen = torch.randperm(3, generator=generator).tolist()
    weight, bias = torch.zeros(3, pixels), torch.zeros(3)
    dark, others = (part.flatten().float() / part.sum() for part in (first, ~first))
    weight[lighter], bias[lighter] = 10 * dark, -3.5
    weight[unseen], bias[unseen] = 120 * others - 10 * dark, -68.0
    network = linear_network(setting, "misleading", len(images[0]), 3).with_weights([weight, bias])
    return DefenceCase("quantised", 3, Split(images, torch.full((FEW,), own)), 0.08, 1.0, network)


def choose_images(
    inside: defences.Defence, pool: Split, epsilon: float, generator: torch.Generator
) -> Split:
    """`IMAGES` of the pool, first those that PGD breaks and a single step does not.

    A single step breaks most of the images that can be broken: without this choice FGSM would do.
    """
    seen, size = StraightThrough(inside), 2.5 * epsilon / STEPS
    found = many_steps_only(seen, pool, epsilon, size=size, steps=STEPS, start=generator)
    order = torch.cat([found.nonzero()[:MANY_STEPS_ONLY], (~found).nonzero()]).flatten()
    return pool[order[:IMAGES]]


def share_broken(model: nn.Module, test: Split, attacked: Tensor) -> float:
    """The share of the images that were right and are wrong after."""
    before = metrics.predict(model, test.images).argmax(dim=1) == test.labels
    after = metrics.predict(model, attacked).argmax(dim=1) == test.labels
    return (before & ~after).sum().item() / max(1, int(before.sum()))


class StraightThrough(nn.Module):
    """A defence with the identity as its backward pass (BPDA, Athalye et al. 2018)."""

    def __init__(self, inside: defences.Defence) -> None:
        super().__init__()
        self.inside = inside

    def forward(self, images: Tensor) -> Tensor:
        """Images (N, C, H, W) to the logits of the network behind, without the factor on them."""
        seen = self.inside.transform(images.detach())
        return self.inside.model(images - images.detach() + seen)


def broken_by_judge(
    inside: defences.Defence, test: Split, epsilon: float, generator: torch.Generator
) -> Tensor:
    """The judge's attack: both losses, several starts; for each image the first that works."""
    best = test.images.clone()
    for loss in [cross_entropy, margin] * RESTARTS:
        right = metrics.predict(inside, best).argmax(dim=1) == test.labels
        if not right.any():
            break
        best[right] = pgd(
            StraightThrough(inside),
            test.images[right],
            test.labels[right],
            epsilon,
            size=2.5 * epsilon / STEPS,
            steps=STEPS,
            loss=loss,
            start=generator,
        )
    return best
