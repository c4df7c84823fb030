"""A class whose instances are called."""
from dataclasses import dataclass


@dataclass
class Attack:
    low: float = 0.0
    high: float = 1.0

    def __call__(self, model, images, labels, epsilon):
        check_attack(images, labels, epsilon)
        step = epsilon * loss_gradient(model, images, labels).sign()
        return (images + step).clamp(self.low, self.high)


fgsm = Attack()
