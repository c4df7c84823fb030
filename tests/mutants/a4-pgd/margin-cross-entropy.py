"""The cross-entropy in place of the margin.

loses: margin_is_the_best_other_minus_the_true
cause: cross-entropy
"""


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    return F.cross_entropy(logits, labels, reduction="none")
