"""Clamps to the range that these images happen to have.

loses: fgsm_is_exact_on_a_linear_model, fgsm_treats_each_image_alone
cause: the range that these images happen to have
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    moved = images + epsilon * loss_gradient(model, images, labels).sign()
    return moved.clamp(images.min(), images.max())
