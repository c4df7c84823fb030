"""All that the judge owns while it grades an assignment: data, budget, random draws, networks.

All hidden inputs are drawn from the instructor's secret, so that the open repository does not
reveal them. The same secret gives the same draws, so that any grade can be computed again.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, TypeVar

import torch
from torch import Tensor

from autograder.judge import answer_key, bars, inputs
from autograder.judge.bars import Evidence
from autograder.judge.robustness import Robustness, measure
from autograder.student import Network
from autograder.worker.limits import Limits
from course import training
from course.budget import Budget, budget
from course.data import Dataset, Split

T = TypeVar("T")


@dataclass
class Setting:
    """One assignment on one data profile, with the draws of one secret."""

    assignment: str
    profile: str
    secret: bytes = inputs.PUBLIC
    limits: Limits = field(default_factory=Limits)
    known: dict[str, Any] = field(default_factory=dict, repr=False)
    whole: Setting | None = field(default=None, repr=False)  # of everybody, for one hand-in's

    def for_handin(self, student: str, digest: str) -> Setting:
        """The setting for questions that are answered by a number, drawn for one hand-in.

        digest: of the file. Images, networks and bars are everybody's, but the test images come in
        another order, and every seed is another: a number that feedback shows is the answer to no
        question that is asked of the next hand-in. Public inputs stay as they are.
        """
        if self.public:
            return self
        text = json.dumps(["numbers of a hand-in", student, digest])
        secret = hmac.digest(self.secret, text.encode(), "sha256")
        return Setting(self.assignment, self.profile, secret, self.limits, whole=self)

    def remember(self, name: str, compute: Callable[[], T]) -> T:
        """The value of `compute()`, computed once for all students.

        In a student's install it is the value that `autograder bundle` stored. Use it only for
        values that depend on this setting alone and that no check changes.
        """
        if name not in self.known:
            self.known[name] = self.stored[name] if name in self.stored else compute()
        value: T = self.known[name]
        return value

    def take(self, content: bytes) -> None:
        """Use the values made for this setting before, as `answer_key.dumps` wrote them."""
        if content:
            self.known.update(answer_key.loads(content))

    @cached_property
    def stored(self) -> dict[str, Any]:
        """The values stored in a student's install, by name. Raises CourseError without them."""
        return answer_key.stored_values(self.assignment, self.profile) if self.public else {}

    @property
    def shared(self) -> Setting:
        """The setting of everybody: what is remembered there is made once for all hand-ins."""
        return self.whole or self

    @property
    def public(self) -> bool:
        """Whether the inputs are public, so that a student may read every message in full."""
        return self.secret == inputs.PUBLIC

    @cached_property
    def budget(self) -> Budget:
        """Epsilon, image counts and epochs of the profile."""
        return budget(self.profile)

    @cached_property
    def dataset(self) -> Dataset:
        """Training and test images, as many as the budget says: hidden ones, or public ones."""
        if self.public:
            return inputs.public_inputs(self.assignment, self.profile)
        if self.whole is not None:
            draw = inputs.generator(self.secret, self.assignment, self.profile, "order")
            whole = self.whole.dataset
            return replace(whole, test=inputs.shuffled(whole.test, draw))
        return inputs.hidden_inputs(self.secret, self.assignment, self.profile)

    def new_task(self, attempt: int) -> tuple[Split, Split]:
        """Images to train on and to test on, of signs that exist nowhere (`inputs.new_task`)."""
        shape, classes = self.dataset.image_shape, self.dataset.num_classes
        return inputs.new_task(
            self.secret, self.assignment, self.profile, shape, classes, attempt=attempt
        )

    def seed(self, purpose: str) -> int:
        """A 32-bit number drawn from the secret, another one for each purpose."""
        return inputs.drawn_number(self.secret, self.assignment, self.profile, purpose)

    def generator(self, purpose: str) -> torch.Generator:
        """A random generator seeded from the secret, another one for each purpose."""
        return torch.Generator().manual_seed(self.seed(purpose))

    def drawn(self, purpose: str, least: int, most: int) -> int:
        """A whole number from least to most, drawn from the secret: a size unknown to students."""
        return least + self.seed(purpose) % (most - least + 1)

    def evidence(self, name: str) -> Evidence:
        """The bar `name` of this assignment on this profile, with its evidence."""
        return bars.evidence(self.profile, self.assignment, name)

    def test_images(self, count: int) -> Split:
        """The first `count` hidden test images, at most all."""
        return self.dataset.test[torch.arange(min(count, len(self.dataset.test.labels)))]

    def network(self, name: str, purpose: str) -> Network:
        """A freshly initialised network that fits the images."""
        return Network.build(name, self.seed(purpose), **self.dataset.sizes)

    def trained(self, name: str, epochs: int) -> Network:
        """One of the judge's networks, trained on clean images.

        On public inputs that are the same in every assignment it is too: `autograder bundle` trains
        one for all.
        """
        if self.public and inputs.same_in_every_assignment(self.assignment, self.profile):
            return trained_for_all(self.profile, name, epochs)
        return self.newly_trained(name, epochs)

    def newly_trained(self, name: str, epochs: int) -> Network:
        """A network trained now on this setting's images."""
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
        if self.whole is not None:
            return self.whole.victim
        return self.remember("victim", lambda: self.trained("tiny-cnn", self.budget.cnn_epochs))

    @cached_property
    def plain(self) -> Network:
        """The undefended network that a defence is compared with."""
        return self.trained("strided-cnn", self.budget.cnn_epochs)

    @cached_property
    def plain_robustness(self) -> Robustness:
        """The robustness of the undefended network under the judge's attack."""
        return self.remember(
            "plain robustness", lambda: self.attacked(self.plain, self.dataset.test.labels)
        )

    def attacked(self, network: Network, labels: Tensor) -> Robustness:
        """The robustness of a network, attacked with the same random starts for everyone.

        labels: the classes of the test images, renamed as they were for the training.
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
        """New names for the classes, at random: only training on the given images shows them."""
        return torch.randperm(self.dataset.num_classes, generator=self.generator("class names"))


@cache
def trained_for_all(profile: str, name: str, epochs: int) -> Network:
    """A network trained on public inputs, one for all assignments that a process looks at."""
    return Setting(inputs.EVERY, profile).newly_trained(name, epochs)
