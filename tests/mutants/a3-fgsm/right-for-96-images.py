"""Attacks the first 96 images only, as many as some check may ask for.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network
cause: some images come back unchanged
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
    x[96:] = images[96:]
    return x
