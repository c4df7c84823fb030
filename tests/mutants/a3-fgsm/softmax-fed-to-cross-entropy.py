"""Probabilities, not logits, are given to cross-entropy: where the network is sure, no gradient.

loses: fgsm_is_exact_on_a_linear_model
cause: softmax
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(x).softmax(dim=1), labels, reduction="sum")
    (gradient,) = torch.autograd.grad(loss, x)
    return (images + epsilon * gradient.sign()).clamp(0, 1)
