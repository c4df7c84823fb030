"""Attacks the network in the mode it happens to be in.

loses: pgd_treats_each_image_alone
cause: dropout was active
"""


from contextlib import nullcontext


class evaluating(nullcontext):
    pass
