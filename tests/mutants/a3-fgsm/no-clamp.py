"""The attacked image is not clamped to [0, 1].

loses: fgsm_stays_in_range
cause: not clamped
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return images + epsilon * loss_gradient(model, images, labels).sign()
