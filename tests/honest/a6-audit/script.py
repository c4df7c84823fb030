"""A script of dataclasses, typed, saved on Windows.

saved as: script with BOM and CRLF
"""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Audit:
    network: nn.Module
    epsilon: float
    steps: int = 20

    def attacked(self, x: Tensor, y: Tensor, loss: Callable) -> Tensor:
        size = 2.5 * self.epsilon / self.steps
        return pgd(self.network, x, y, self.epsilon, step_size=size, steps=self.steps, loss=loss)

    def wrong(self, x: Tensor, y: Tensor) -> Tensor:
        return predict(self.network, x).argmax(dim=1) != y


def evaluate(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    mean: Sequence[float],
    std: Sequence[float],
) -> float:
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    audit = Audit(nn.Sequential(Normalize(mean, std), model), epsilon)
    broken = audit.wrong(images, labels)
    for loss in (cross_entropy, margin_loss, margin_loss, cross_entropy):
        broken |= audit.wrong(audit.attacked(images, labels, loss), labels)
    return 1 - broken.double().mean().item()


def break_defense(defense: Defence, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    behind = Audit(StraightThrough(defense), epsilon)
    tries = [behind.attacked(images, labels, loss) for loss in (margin_loss, cross_entropy) * 2]
    fooled = torch.stack([predict(defense, x).argmax(dim=1) != labels for x in tries])
    first = fooled.to(torch.int8).argmax(dim=0)  # the first that worked, or the first of all
    return torch.stack(tries)[first, torch.arange(len(images))]
