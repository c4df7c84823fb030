"""Epsilon is looked at; of a missing label only PyTorch complains.

loses: fgsm_refuses_what_makes_no_sense
"""


def fgsm(model, images, labels, epsilon):
    if not epsilon >= 0:
        raise ValueError("epsilon must be 0 or more")
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
