"""The logits are divided by a temperature of 10.

loses: fgsm_fools_the_network, fgsm_is_exact_on_a_linear_model
cause: the logits are scaled
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.detach().clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(x) / 10, labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, x)
    return (images + epsilon * gradient.sign()).clamp(0, 1)
