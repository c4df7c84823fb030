"""The gradient is scaled to the length epsilon in the L2 norm: another attack.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network
cause: not its sign
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    gradient = loss_gradient(model, images, labels)
    length = gradient.flatten(1).norm(dim=1).clamp(min=1e-12).view(-1, 1, 1, 1)
    return (images + epsilon * gradient / length).clamp(0, 1)
