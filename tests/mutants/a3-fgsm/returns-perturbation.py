"""The perturbation is returned, not the attacked images.

loses: fgsm_uses_the_gradient
cause: the perturbation alone
earns: 0
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    attacked = (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
    return attacked - images
