"""Clamps each image to the range of its own pixels.

loses: fgsm_is_exact_on_a_linear_model
cause: the range that these images happen to have
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    moved = images + epsilon * loss_gradient(model, images, labels).sign()
    low, high = (end.view(-1, 1, 1, 1) for end in images.flatten(1).aminmax(dim=1))
    return moved.clamp(low, high)
