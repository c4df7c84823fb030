"""Moves all channels of a pixel alike, by the mean of their gradients.

loses: fgsm_is_exact_on_a_linear_model
cause: all channels of a pixel move alike
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    direction = loss_gradient(model, images, labels).mean(dim=1, keepdim=True).sign()
    return (images + epsilon * direction).clamp(0, 1)
