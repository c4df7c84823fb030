"""Epsilon is multiplied by 255.

loses: fgsm_stays_within_epsilon, fgsm_is_exact_on_a_linear_model
cause: 0 to 255
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + 255 * epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
