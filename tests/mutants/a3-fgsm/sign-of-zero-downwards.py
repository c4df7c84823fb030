"""Moves pixels down where the gradient is 0.

loses: fgsm_is_exact_on_a_linear_model
cause: the sign of 0 is 0
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    gradient = loss_gradient(model, images, labels)
    return (images + epsilon * (2 * (gradient > 0) - 1)).clamp(0, 1)
