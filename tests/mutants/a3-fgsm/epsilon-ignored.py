"""Every pixel moves by the whole sign, whatever epsilon is.

loses: fgsm_stays_within_epsilon, fgsm_is_exact_on_a_linear_model
cause: epsilon is not applied
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + loss_gradient(model, images, labels).sign()).clamp(0, 1)
