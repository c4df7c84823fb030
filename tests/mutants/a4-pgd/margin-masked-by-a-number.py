"""Hides the true class behind -10,000, which other logits may lie below.

loses: margin_can_be_climbed
cause: not by -inf
"""


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    hidden = logits.scatter(1, labels[:, None], -1e4)
    return hidden.amax(dim=1) - logits.gather(1, labels[:, None])[:, 0]
