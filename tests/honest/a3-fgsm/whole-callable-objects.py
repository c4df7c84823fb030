"""A whole answer of somebody who had not seen the checks (callable objects).

whole: yes
"""

import math
from collections.abc import Sequence
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from course.inputs import check_images, check_labels, check_size
from course.metrics import accuracy, evaluating, predict

def check_attack(images, labels, epsilon, *, largest=1.0):
    if not (epsilon >= 0 and math.isfinite(epsilon)):
        raise ValueError(f"epsilon must be a number >= 0 in pixel units, got {epsilon}")
    if labels.shape != images.shape[:1]:
        raise ValueError("labels")
    check_images(images)
    check_labels(images, labels)
    check_size(epsilon, largest=largest)


from dataclasses import dataclass, field
from enum import Enum, auto
from typing import ClassVar, Protocol, runtime_checkable


@runtime_checkable
class Attack(Protocol):
    def __call__(self, model, images, labels, epsilon) -> Tensor: ...


class Mode(Enum):
    SUM = auto()
    MEAN = auto()


@dataclass
class LossGradient:
    reduction: Mode = Mode.SUM
    calls: int = field(default=0, init=False)

    def __call__(self, model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        self.calls += 1
        leaf = images.detach().clone().requires_grad_()
        with evaluating(model):
            logits = model(leaf)
            loss = F.cross_entropy(logits, labels, reduction=self.reduction.name.lower())
        (slope,) = torch.autograd.grad(loss, [leaf])
        return slope


loss_gradient = LossGradient()


@dataclass(frozen=True)
class FGSM:
    low: float = 0.0
    high: float = 1.0
    NAME: ClassVar[str] = "fgsm"

    def __call__(self, model: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
        check_attack(images, labels, epsilon)
        step = epsilon * loss_gradient(model, images, labels).sign()
        return (images + step).clamp(self.low, self.high).detach()


fgsm: Attack = FGSM()
assert isinstance(fgsm, Attack)


class _Rate:
    def __call__(self, model, images, adversarial, labels) -> float:
        match images.shape == adversarial.shape, labels.shape == images.shape[:1]:
            case (False, _):
                raise ValueError("images and adversarial differ in shape")
            case (_, False):
                raise ValueError("one label per image")
            case (True, True):
                pass
        with evaluating(model), torch.no_grad():
            before, after = [model(x).max(dim=1).indices.eq(labels) for x in (images, adversarial)]
        return total and (before & ~after).sum().item() / total if (total := before.sum().item()) else 0.0


attack_success_rate = _Rate()


class Curve(nn.Module):
    """An nn.Module as the function."""

    @torch.no_grad()
    def forward(self, model, images, labels, epsilons):
        [check_attack(images, labels, e) for e in epsilons]
        with torch.enable_grad():
            direction = loss_gradient(model, images, labels).sign()
        points = []
        for e in epsilons:
            points.append(accuracy(model, torch.clamp(torch.addcmul(images, direction, torch.tensor(float(e))), 0.0, 1.0), labels))
        return points


robustness_curve = Curve()
