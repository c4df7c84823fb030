"""The gradient is divided by its largest value in the batch, in place of its sign.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network
cause: not its sign
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    gradient = loss_gradient(model, images, labels)
    return (images + epsilon * gradient / gradient.abs().max()).clamp(0, 1)
