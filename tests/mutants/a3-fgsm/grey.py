"""Every image is made grey: the network knows nothing any more, and epsilon is ignored.

loses: fgsm_uses_the_gradient
cause: have the same value
earns: 0
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return torch.full_like(images, 0.5)
