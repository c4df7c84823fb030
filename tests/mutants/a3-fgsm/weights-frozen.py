"""The weights are frozen for the attack, and stay so.

loses: fgsm_leaves_no_trace
cause: requires_grad_(False)
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    model.requires_grad_(False)
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
