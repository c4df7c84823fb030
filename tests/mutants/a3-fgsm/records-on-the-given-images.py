"""requires_grad_() is called on the images themselves.

loses: fgsm_leaves_no_trace
cause: requires_grad_() was called on the images
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    images.requires_grad_()
    with evaluating(model):
        (gradient,) = torch.autograd.grad(F.cross_entropy(model(images), labels), images)
    return (images + epsilon * gradient.sign()).clamp(0, 1).detach()
