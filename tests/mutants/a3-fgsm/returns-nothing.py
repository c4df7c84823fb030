"""fgsm ends without return.

loses: fgsm_returns_images
cause: ends without `return`
earns: 0
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    attacked = (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
