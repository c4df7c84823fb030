"""Random signs, no gradient.

loses: fgsm_uses_the_gradient
cause: noise, no gradient
earns: 0
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + epsilon * torch.randn_like(images).sign()).clamp(0, 1)
