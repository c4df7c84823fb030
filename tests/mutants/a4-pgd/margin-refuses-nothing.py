"""The margin of one class is minus infinity, and nobody complains.

loses: margin_refuses_what_makes_no_sense
"""


def margin_loss(logits, labels):
    true = F.one_hot(labels, logits.shape[1]).bool()
    return logits.masked_fill(true, float("-inf")).amax(dim=1) - logits[true]
