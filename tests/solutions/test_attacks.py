"""Properties of both FGSM and PGD: the ball, the range, and no trace on model or images."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor, nn

from course.errors import InputError
from course.models import build
from solutions.fgsm import fgsm
from solutions.pgd import margin_loss, pgd

Attack = Callable[[nn.Module, Tensor, Tensor, float], Tensor]


def pgd_steps(
    model: nn.Module, images: Tensor, labels: Tensor, epsilon: float, **options: bool | Callable
) -> Tensor:
    """Eight steps of half the budget, so that most pixels meet the edge of the ball."""
    generator = torch.Generator().manual_seed(0)
    return pgd(
        model,
        images,
        labels,
        epsilon,
        step_size=epsilon / 2,
        steps=8,
        generator=generator,
        **options,
    )


ATTACKS: dict[str, Attack] = {
    "fgsm": fgsm,
    "pgd": pgd_steps,
    "pgd from the image": partial(pgd_steps, random_start=False),
    "pgd on the margin": partial(pgd_steps, loss=margin_loss),
}
each_attack = pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())


@pytest.fixture
def model() -> nn.Module:
    """A network with normalisation inside and batch normalisation, one layer of it frozen."""
    model = build("small-resnet", seed=0, normalize=([0.1307], [0.3081])).train()
    model.get_submodule("block1.norm1").eval()
    return model


@pytest.fixture
def images() -> Tensor:
    """Random images with black and white pixels among them."""
    return (1.4 * torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(1)) - 0.2).clamp(
        0, 1
    )


@pytest.fixture
def labels() -> Tensor:
    return torch.tensor([3, 1, 4, 1, 5, 9])


@each_attack
@pytest.mark.parametrize("epsilon", [2 / 255, 0.1, 0.6])
def test_stays_in_the_ball_and_in_the_range(
    attack: Attack, model: nn.Module, images: Tensor, labels: Tensor, epsilon: float
) -> None:
    adversarial = attack(model, images, labels, epsilon)
    assert adversarial.shape == images.shape
    assert adversarial.dtype == images.dtype
    assert (adversarial - images).abs().max() <= epsilon + 1e-6
    assert adversarial.min() >= 0
    assert adversarial.max() <= 1


@each_attack
def test_uses_the_budget_it_has(
    attack: Attack, model: nn.Module, images: Tensor, labels: Tensor
) -> None:
    change = (attack(model, images, labels, 0.05) - images).abs()
    assert change.max() == pytest.approx(0.05)


@each_attack
def test_no_budget_means_no_change(
    attack: Attack, model: nn.Module, images: Tensor, labels: Tensor
) -> None:
    assert torch.equal(attack(model, images, labels, 0.0), images)


@each_attack
def test_raises_the_loss(attack: Attack, model: nn.Module, images: Tensor, labels: Tensor) -> None:
    model.eval()
    before = nn.functional.cross_entropy(model(images), labels)
    after = nn.functional.cross_entropy(model(attack(model, images, labels, 0.05)), labels)
    assert after > before


@each_attack
def test_leaves_no_trace(attack: Attack, model: nn.Module, images: Tensor, labels: Tensor) -> None:
    model.get_parameter("conv.weight").grad = torch.ones_like(model.get_parameter("conv.weight"))
    given = images.clone()
    modes = [module.training for module in model.modules()]
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    gradients = {name: weight.grad for name, weight in model.named_parameters()}
    adversarial = attack(model, images, labels, 0.1)
    assert not adversarial.requires_grad
    assert adversarial.data_ptr() != images.data_ptr()
    assert torch.equal(images, given)
    assert not images.requires_grad
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(buffer, buffers[name]) for name, buffer in model.named_buffers())
    assert all(weight.grad is gradients[name] for name, weight in model.named_parameters())
    assert torch.equal(model.get_parameter("conv.weight").grad, torch.ones_like(model.conv.weight))


@each_attack
def test_modes_are_restored_after_an_error(
    attack: Attack, model: nn.Module, images: Tensor, labels: Tensor
) -> None:
    modes = [module.training for module in model.modules()]
    with pytest.raises(InputError):
        attack(model, images.repeat(1, 2, 1, 1), labels, 0.1)  # two channels, one expected
    assert [module.training for module in model.modules()] == modes


@each_attack
def test_works_where_gradients_are_off(
    attack: Attack, model: nn.Module, images: Tensor, labels: Tensor
) -> None:
    expected = attack(model, images, labels, 0.1)
    with torch.no_grad():
        assert torch.equal(attack(model, images, labels, 0.1), expected)


@each_attack
def test_images_that_require_a_gradient_are_taken(
    attack: Attack, model: nn.Module, images: Tensor, labels: Tensor
) -> None:
    expected = attack(model, images, labels, 0.1)
    images.requires_grad_()
    adversarial = attack(model, images, labels, 0.1)
    assert torch.equal(adversarial, expected)
    assert not adversarial.requires_grad
    assert images.grad is None


@pytest.mark.parametrize("name", ["fgsm", "pgd from the image"])
def test_an_image_is_attacked_alike_alone_and_in_a_batch(
    name: str, model: nn.Module, images: Tensor, labels: Tensor
) -> None:
    """Equal except for single pixels with a gradient so near 0 that rounding decides its sign."""
    together = ATTACKS[name](model, images, labels, 0.1)
    alone = torch.cat(
        [ATTACKS[name](model, x[None], y[None], 0.1) for x, y in zip(images, labels, strict=True)]
    )
    assert torch.isclose(together, alone, atol=1e-6).float().mean() > 0.99


@each_attack
def test_every_query_lies_in_the_ball_and_the_range(
    attack: Attack, images: Tensor, labels: Tensor
) -> None:
    """The random start and every step too, not only the result."""

    class Spy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = build("tiny-cnn", seed=0)
            self.farthest, self.low, self.high = 0.0, 1.0, 0.0

        def forward(self, x: Tensor) -> Tensor:
            self.farthest = max(self.farthest, (x.detach() - images).abs().max().item())
            self.low = min(self.low, x.min().item())
            self.high = max(self.high, x.max().item())
            return self.inner(x)

    spy = Spy()
    attack(spy, images, labels, 0.1)
    assert spy.farthest <= 0.1 + 1e-6
    assert spy.low >= 0
    assert spy.high <= 1
