"""The attack raises a loss with label smoothing.

loses: fgsm_uses_the_gradient
cause: label smoothing changes the loss
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.detach().clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(x), labels, reduction="sum", label_smoothing=0.1)
        (gradient,) = torch.autograd.grad(loss, x)
    return (images + epsilon * gradient.sign()).clamp(0, 1)
