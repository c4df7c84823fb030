"""The true class's logit is replaced by 0 before the maximum.

loses: margin_is_the_best_other_minus_the_true
cause: logit of 0
"""


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    is_true = F.one_hot(labels, logits.shape[1]).bool()
    best = logits.masked_fill(is_true, 0.0).amax(dim=1)
    return best - logits[is_true]
