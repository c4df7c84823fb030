"""The result is float64.

loses: fgsm_returns_images
cause: float64
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images.double() + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
