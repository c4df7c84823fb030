"""The sizes of the logits are compared.

loses: least_likely_is_the_smallest_logit
cause: without their sign
"""


def least_likely(model, images):
    return predict(model, images).abs().argmin(dim=1)
