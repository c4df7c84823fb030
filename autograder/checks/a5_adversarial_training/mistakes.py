"""Diagnoses for a5-adversarial-training: why a network is not robust, from measurements."""

from __future__ import annotations

from torch import Tensor

from autograder.judge.robustness import Robustness

# Beyond a lead of about 17 the softmax of float32 is 1, and cross-entropy has no gradient left.
SURE = 50.0


def no_gain(after: Robustness, plain: Robustness, logits: Tensor, *, late: bool = False) -> str:
    """The known failure that this training looks like.

    logits: of clean images. late: the first epoch's loss was that of one answer to everything.
    """
    if after.hidden:
        return (
            f"its gradients mislead: {after.hidden} images that survived all attacks by gradients "
            "were broken by a search without gradients, and are counted as broken"
        )
    classes = logits.shape[1]
    if after.clean < 2 / classes:
        share = logits.argmax(dim=1).bincount().max().item() / len(logits)
        if share > 0.9:
            return (
                "nearly every image gets the same class: nothing was learned, or epsilon was too "
                "large from the start; let it grow over the first epochs"
            )
        return "it is no better than guessing: nothing was learned, or the labels were shuffled"
    best, second = logits.topk(2, dim=1).values.unbind(dim=1)
    if (best - second).median() > SURE and after.fgsm - after.worst_case > 0.25:
        return (
            f"its logits lead by {(best - second).median():.0f}, where cross-entropy has no "
            "gradient: that hides from FGSM, not from the judge's margin loss"
        )
    if after.fgsm > after.clean or after.fgsm - after.worst_case > 0.25:
        return (
            f"it withstands FGSM ({100 * after.fgsm:.0f} %) and falls to PGD "
            f"({100 * after.worst_case:.0f} %): catastrophic overfitting to the one-step attack"
        )
    if after.worst_case - plain.worst_case < 0.1:
        return (
            "it is no more robust than a plainly trained network: it does not learn from the "
            "attacked images, or the attack has no effect, or goes down the gradient"
        )
    if late:
        return (
            "it learned late: in the first epoch the network still gave every image the same answer"
        )
    return "it gained some robustness, but too little: few steps, a small epsilon, or few epochs"


def other_loss(found: float, right: float, count: int) -> str:
    """Why another loss than the mean over a batch of `count` images was reported."""
    if abs(found / right - count) < 0.2 * count:
        return "this is the sum over the images, not the mean"
    if abs(found / right - 1 / count) < 0.2 / count:
        return "the mean was divided by the number of images a second time"
    return "these numbers do not come from the training, or only the last batch is counted"


# The next step by how a cause begins, where it is another than the check's.
STEPS = {
    "the gradients of all steps": "Call optimizer.zero_grad() before each loss.backward().",
    "its gradients mislead": "Print the loss of each epoch: if it jumps, lower the learning rate. "
    "Train on the cross-entropy of the logits, without rounding or scaling them.",
    "nearly every image": "Let epsilon grow from 0 over the first half of the training.",
    "it is no better than": "Train on clean images first: does the loss fall below 1? Are images "
    "and labels taken by the same index?",
    "its logits lead": "Do not scale the logits; only right answers near the images count.",
    "it withstands FGSM": "Take several smaller steps from a random start in the inner attack.",
    "it learned late": "Let epsilon grow from 0 over the first half of the training.",
    "it gained some": "Print epsilon, the number of steps and the step size for the last batch: "
    "is it the whole epsilon, in pixel units?",
}
