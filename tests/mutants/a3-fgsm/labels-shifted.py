"""The gradients and the images belong to different rows: they were shuffled apart.

loses: fgsm_uses_the_gradient
cause: another image
earns: 0
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    direction = loss_gradient(model, images, labels).sign()
    return (images + epsilon * direction.roll(1, dims=0)).clamp(0, 1)
