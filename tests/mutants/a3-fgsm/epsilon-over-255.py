"""Epsilon is divided by 255, although it is in pixel units already.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network
cause: times epsilon: is epsilon taken as a number from 0 to 255?
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + epsilon / 255 * loss_gradient(model, images, labels).sign()).clamp(0, 1)
