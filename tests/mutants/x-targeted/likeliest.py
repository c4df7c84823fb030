"""The likeliest class in the place of the least likely.

loses: least_likely_is_the_smallest_logit
cause: that is the likeliest class
"""


def least_likely(model, images):
    return predict(model, images).argmax(dim=1)
