"""The mean of the others in place of the best.

loses: margin_is_the_best_other_minus_the_true
cause: mean of the others
"""


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    true = logits.gather(1, labels[:, None]).squeeze(1)
    return (logits.sum(dim=1) - true) / (logits.shape[1] - 1) - true
