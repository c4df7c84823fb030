"""The mean over the batch.

loses: margin_is_the_best_other_minus_the_true
cause: mean or the sum over the batch
"""


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    true = logits.gather(1, labels[:, None]).squeeze(1)
    is_true = F.one_hot(labels, logits.shape[1]).bool()
    best = logits.masked_fill(is_true, float("-inf")).amax(dim=1)
    return (best - true).mean()
