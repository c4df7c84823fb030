"""The sign is computed as g / |g|, which is 0 / 0 where there is no gradient.

loses: fgsm_returns_images
cause: a division by zero
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    gradient = loss_gradient(model, images, labels)
    return (images + epsilon * gradient / gradient.abs()).clamp(0, 1)
