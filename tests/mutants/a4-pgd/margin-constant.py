"""A constant.

loses: margin_is_the_best_other_minus_the_true
earns: 0
"""


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    return torch.zeros(len(labels))
