"""Images are put on a scale from -1 to 1 and attacked there with the same epsilon.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network
cause: 0.5 times epsilon
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    attacked = 2 * images - 1 + epsilon * loss_gradient(model, images, labels).sign()
    return ((attacked + 1) / 2).clamp(0, 1)
