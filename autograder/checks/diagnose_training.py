"""Why a defended network may not be robust, read from the judge's own measurements."""

from __future__ import annotations

from autograder.robustness import Robustness


def no_gain(after: Robustness, plain: Robustness, classes: int) -> str:
    """Which known failure of adversarial training this looks like."""
    if after.clean < 2 / classes:
        return (
            "the network gives one class to every image: epsilon was too large from the start; "
            "let it grow over the first epochs"
        )
    if after.fgsm > after.clean or after.fgsm - after.worst_case > 0.25:
        return (
            f"it withstands FGSM ({100 * after.fgsm:.0f} %) and falls to PGD "
            f"({100 * after.worst_case:.0f} %): catastrophic overfitting to the one-step attack"
        )
    if after.worst_case - plain.worst_case < 0.1:
        return (
            "it is no more robust than a plainly trained network: the attacked images are not "
            "learned from, the attack has no effect, or goes down the gradient"
        )
    return "it gained something, but less than it should: few steps, a small epsilon, or few epochs"
