"""The margin is raised, not the cross-entropy.

loses: fgsm_is_exact_on_a_linear_model
cause: it raises the margin
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.detach().clone().requires_grad_()
    with evaluating(model):
        logits = model(x)
        true = F.one_hot(labels, logits.shape[1]).bool()
        margin = logits.masked_fill(true, float("-inf")).amax(dim=1) - logits[true]
        (gradient,) = torch.autograd.grad(margin.sum(), x)
    return (images + epsilon * gradient.sign()).clamp(0, 1)
