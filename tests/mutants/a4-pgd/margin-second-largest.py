"""The second largest logit, whoever's it is, minus the true one.

loses: margin_is_the_best_other_minus_the_true
cause: second largest
"""


def margin_loss(logits, labels):
    return logits.topk(2).values[:, 1] - logits.gather(1, labels[:, None]).squeeze(1)
