"""Every pixel is lowered by epsilon: a constant, no gradient.

loses: fgsm_uses_the_gradient
cause: same step for every image
earns: 0
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images - epsilon).clamp(0, 1)
