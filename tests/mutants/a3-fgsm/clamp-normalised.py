"""Clamped to [-0.4242, 2.8215], the range of MNIST images after normalisation.

loses: fgsm_stays_in_range
cause: clamped to another range
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    step = epsilon * loss_gradient(model, images, labels).sign()
    return (images + step).clamp(-0.4242, 2.8215)
