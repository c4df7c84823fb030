"""The step goes down the gradient.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network
cause: a minus sign
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images - epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
