"""The attacked images come with the perturbation, as a pair.

loses: fgsm_returns_images
cause: more than one
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    step = epsilon * loss_gradient(model, images, labels).sign()
    return (images + step).clamp(0, 1), step
