"""Squeezes every axis of length one away, that of a single image too.

loses: margin_is_the_best_other_minus_the_true
"""

right = margin_loss


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    return right(logits, labels).squeeze()
