"""The result has a row of pixels for each image.

loses: fgsm_returns_images
cause: flattened
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    attacked = (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
    return attacked.flatten(1)
