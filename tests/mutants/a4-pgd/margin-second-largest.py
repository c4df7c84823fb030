"""The second largest logit, whoever's it is, minus the true one.

loses: margin_is_the_best_other_minus_the_true
cause: second largest
"""


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    return logits.topk(2).values[:, 1] - logits.gather(1, labels[:, None]).squeeze(1)
