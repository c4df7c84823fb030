"""The attacked images are rounded to the 256 grey levels of a file.

loses: fgsm_is_exact_on_a_linear_model
cause: rounded to the 256 grey levels
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
    return ((255 * x).round() / 255).clamp(images - epsilon, images + epsilon)
