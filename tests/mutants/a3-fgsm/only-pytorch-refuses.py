"""Epsilon is looked at; of a missing label only PyTorch complains.

loses: fgsm_refuses_what_makes_no_sense
"""


def fgsm(model, images, labels, epsilon):
    if not epsilon >= 0:
        raise ValueError("epsilon must be 0 or more")
    x = images.clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(x), labels, reduction="sum")
    return (images + epsilon * torch.autograd.grad(loss, x)[0].sign()).clamp(0, 1)
