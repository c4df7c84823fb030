"""One direction for the whole batch: the sign of its mean gradient.

loses: fgsm_uses_the_gradient
cause: the same step for every image
earns: 0
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    direction = loss_gradient(model, images, labels).mean(dim=0, keepdim=True).sign()
    return (images + epsilon * direction).clamp(0, 1)
