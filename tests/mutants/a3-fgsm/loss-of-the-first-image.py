"""The loss is that of the first image alone, so no other image has a gradient.

loses: fgsm_uses_the_gradient
cause: the loss is that of a few of them
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.detach().clone().requires_grad_()
    with evaluating(model), torch.enable_grad():
        loss = F.cross_entropy(model(x)[:1], labels[:1])
        (gradient,) = torch.autograd.grad(loss, x)
    return (images + epsilon * gradient.sign()).clamp(0, 1)
