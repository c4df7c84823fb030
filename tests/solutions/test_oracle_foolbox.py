"""The attacks against an independent library: without a random start, equal bit for bit."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from course.models import build
from solutions.fgsm import fgsm
from solutions.pgd import pgd

foolbox = pytest.importorskip("foolbox", reason="foolbox is not installed (extra: oracle)")


@pytest.fixture
def images() -> Tensor:
    return torch.rand(32, 1, 28, 28, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def labels() -> Tensor:
    return torch.arange(32) % 10


def foolbox_answer(attack: object, model: nn.Module, *data: Tensor, epsilon: float) -> Tensor:
    """The result of Foolbox at one epsilon, clipped as Foolbox clips before it counts."""
    wrapped = foolbox.PyTorchModel(model.eval(), bounds=(0, 1))
    _, adversarial, _ = attack(wrapped, *data, epsilons=epsilon)
    return adversarial


each_model = pytest.mark.parametrize("name", ["tiny-cnn", "strided-cnn", "small-resnet", "linear"])


@each_model
@pytest.mark.parametrize("epsilon", [2 / 255, 0.1, 0.3])
def test_fgsm_is_equal(name: str, epsilon: float, images: Tensor, labels: Tensor) -> None:
    model = build(name, seed=0, normalize=([0.1307], [0.3081]))
    attack = foolbox.attacks.LinfFastGradientAttack()
    theirs = foolbox_answer(attack, model, images, labels, epsilon=epsilon)
    assert torch.equal(fgsm(model, images, labels, epsilon), theirs)


@each_model
def test_pgd_is_equal(name: str, images: Tensor, labels: Tensor) -> None:
    model = build(name, seed=0, normalize=([0.1307], [0.3081]))
    attack = foolbox.attacks.LinfPGD(abs_stepsize=0.01, steps=20, random_start=False)
    theirs = foolbox_answer(attack, model, images, labels, epsilon=0.1)
    ours = pgd(model, images, labels, 0.1, step_size=0.01, steps=20, random_start=False)
    assert torch.equal(ours, theirs)
