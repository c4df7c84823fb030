"""Gradients far below the largest one in the batch are taken as zero.

loses: fgsm_treats_each_image_alone
cause: computed over the batch
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    gradient = loss_gradient(model, images, labels)
    gradient[gradient.abs() < 1e-6 * gradient.abs().max()] = 0
    return (images + epsilon * gradient.sign()).clamp(0, 1)
