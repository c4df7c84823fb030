"""Clamped to [-1, 1], the range of images on another scale.

loses: fgsm_stays_in_range
cause: clamped to another range
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(-1, 1)
