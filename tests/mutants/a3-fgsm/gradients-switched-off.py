"""Gradients are switched off at the end, for whoever comes next.

loses: fgsm_leaves_no_trace
cause: torch.set_grad_enabled
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    with torch.enable_grad():
        x = (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
    torch.set_grad_enabled(False)
    return x
