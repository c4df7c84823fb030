"""The true class's logit is lowered; the loss is not asked for.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network
cause: logit
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.clone().requires_grad_()
    with evaluating(model):
        logits = model(x)[torch.arange(len(labels)), labels]
    (gradient,) = torch.autograd.grad(logits.sum(), x)
    return (images - epsilon * gradient.sign()).clamp(0, 1)
