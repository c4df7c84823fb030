"""Epsilon is applied to normalised images, so that pixels move by epsilon times std.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network
cause: times epsilon
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    mean, std = 0.1307, 0.3081
    normalised = (images - mean) / std
    attacked = normalised + epsilon * loss_gradient(model, images, labels).sign()
    return (attacked * std + mean).clamp(0, 1)
