"""The gradient itself is added, not its sign.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network
cause: the gradient itself was added, not its sign
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    gradient = loss_gradient(model, images, labels) / len(images)  # of the mean loss
    return (images + epsilon * gradient).clamp(0, 1)
