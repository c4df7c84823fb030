"""All steps use the gradient at the original images.

loses: targeted_looks_again
cause: the gradient at the original images
"""


def targeted_pgd(model, images, targets, epsilon, *, step_size, steps):
    copy = images.clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(copy), targets, reduction="sum")
    (gradient,) = torch.autograd.grad(loss, copy)
    reach = min(epsilon, steps * step_size)
    return (images - reach * gradient.sign()).clamp(0, 1)
