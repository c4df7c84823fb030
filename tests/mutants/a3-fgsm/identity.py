"""The images come back as they are.

loses: fgsm_uses_the_gradient
cause: unchanged
earns: 0
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return images.clone()
