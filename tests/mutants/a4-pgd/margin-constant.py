"""A constant.

loses: margin_is_the_best_other_minus_the_true
cause: 
earns: 0
"""


def margin_loss(logits, labels):
    return torch.zeros(len(labels))
