"""The values of the margin with the gradient of a softmax.

loses: margin_can_be_climbed
cause: makes it flat
"""


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    true = logits.gather(1, labels[:, None]).squeeze(1)
    is_true = F.one_hot(labels, logits.shape[1]).bool()
    best = logits.masked_fill(is_true, float("-inf")).amax(dim=1)
    soft = F.cross_entropy(logits, labels, reduction="none")
    return soft + (best - true - soft).detach()
