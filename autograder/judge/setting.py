"""What the judge owns while it grades one assignment: data, budget, secret draws, own networks.

Everything hidden is drawn from the instructor's secret, so that the open repository gives nothing
away; the same secret draws the same things, so that any grade can be computed again.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import torch
from torch import Tensor

from autograder.judge import answer_key, bars
from autograder.judge.bars import Evidence
from autograder.judge.robustness import Robustness, measure
from autograder.student import Network
from autograder.worker.limits import Limits
from course import data, training
from course.budget import Budget, budget
from course.data import Dataset, Split

# What `autograder check` draws from. It is no secret: its inputs are public.
PUBLIC = b"public inputs"
T = TypeVar("T")


@dataclass
class Setting:
    """One assignment on one data profile, with the draws of one secret."""

    assignment: str
    profile: str
    secret: bytes = PUBLIC
    limits: Limits = field(default_factory=Limits)
    known: dict[str, Any] = field(default_factory=dict, repr=False)

    def remember(self, name: str, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed once for all students; in a student's install what it
        gave on the instructor's machine.

        Only for what depends on this setting alone, and for values that no check changes.
        """
        if name not in self.known:
            self.known[name] = self.kept[name] if name in self.kept else compute()
        value: T = self.known[name]
        return value

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What a student's install has in place of the reference answers. Raises CourseError."""
        return answer_key.kept(self.assignment, self.profile) if self.public else {}

    @property
    def public(self) -> bool:
        """Whether the inputs are public, so that a student may be shown all that happened."""
        return self.secret == PUBLIC

    @cached_property
    def budget(self) -> Budget:
        """Epsilon, image counts and epochs of the profile."""
        return budget(self.profile)

    @cached_property
    def dataset(self) -> Dataset:
        """The profile's training images and hidden test images, as many as the budget says."""
        return data.load(self.profile).take(
            self.budget.train_images, self.budget.test_images, seed=self.seed("subset")
        )

    def seed(self, purpose: str) -> int:
        """A 32-bit number drawn from the secret, its own for every purpose."""
        text = f"{self.assignment}|{self.profile}|{purpose}".encode()
        return int.from_bytes(hmac.digest(self.secret, text, "sha256")[:4], "big")

    def generator(self, purpose: str) -> torch.Generator:
        """A random generator drawn from the secret, its own for every purpose."""
        return torch.Generator().manual_seed(self.seed(purpose))

    def evidence(self, name: str) -> Evidence:
        """The bar `name` of this assignment on this profile, with what it rests on."""
        return bars.evidence(self.profile, self.assignment, name)

    def test_images(self, count: int) -> Split:
        """The first `count` hidden test images, or all there are."""
        return self.dataset.test[torch.arange(min(count, len(self.dataset.test.labels)))]

    def network(self, name: str, purpose: str) -> Network:
        """A freshly initialised network that fits the images."""
        channels, size, _ = self.dataset.image_shape
        return Network.build(
            name,
            self.seed(purpose),
            in_channels=channels,
            image_size=size,
            num_classes=self.dataset.num_classes,
        )

    def trained(self, name: str, epochs: int) -> Network:
        """A network of the judge's own, trained on clean images: what attacks are tried on."""
        network = self.network(name, f"plain {name}")
        recipe = training.plain_recipe(epochs, seed=self.seed("plain training"))
        training.fit(
            network.module,
            self.dataset.train.images,
            self.dataset.train.labels,
            recipe,
            progress=False,
        )
        return network

    @cached_property
    def victim(self) -> Network:
        """The network that attacks are checked on."""
        return self.remember("victim", lambda: self.trained("tiny-cnn", self.budget.cnn_epochs))

    @cached_property
    def plain(self) -> Network:
        """The undefended network that a defence is compared with."""
        return self.trained("strided-cnn", self.budget.cnn_epochs)

    @cached_property
    def plain_robustness(self) -> Robustness:
        """How the undefended network fares under the judge's attack."""
        return self.remember(
            "plain robustness", lambda: self.attacked(self.plain, self.dataset.test.labels)
        )

    def attacked(self, network: Network, labels: Tensor) -> Robustness:
        """The judge's attack on a network, with the same random starts for everyone.

        labels: the classes of the test images, by the names that the network was taught.
        """
        return measure(
            network.module,
            self.dataset.test.images,
            labels,
            self.budget.epsilon,
            seed=self.seed("attack"),
        )

    @cached_property
    def label_permutation(self) -> Tensor:
        """Classes renamed at random: only who learns from the images sent can name them."""
        return torch.randperm(self.dataset.num_classes, generator=self.generator("class names"))
