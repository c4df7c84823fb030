"""The true class takes part in the maximum.

loses: margin_is_the_best_other_minus_the_true
cause: among the others
"""


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    return logits.amax(dim=1) - logits.gather(1, labels[:, None]).squeeze(1)
