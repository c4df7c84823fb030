"""Type hints, keyword-only helpers and assertions on every border."""
from collections.abc import Sequence
from typing import Final

LOW: Final = 0.0
HIGH: Final[float] = 1.0


def step(*, gradient: Tensor, epsilon: float) -> Tensor:
    return epsilon * gradient.sign()


def fgsm(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    check_attack(images, labels, epsilon)
    assert images.ndim == 4 and labels.ndim == 1 and len(images) == len(labels)
    assert 0 <= epsilon <= 1, "epsilon is in pixel units"
    assert LOW <= images.min() and images.max() <= HIGH
    moved: Tensor = images + step(gradient=loss_gradient(model, images, labels), epsilon=epsilon)
    assert moved.shape == images.shape
    return moved.clamp(LOW, HIGH)
