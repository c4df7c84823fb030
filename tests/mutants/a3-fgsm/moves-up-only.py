"""Pixels are made brighter and never darker.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network
cause: brighter
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    step = loss_gradient(model, images, labels).sign().clamp(min=0)
    return (images + epsilon * step).clamp(0, 1)
