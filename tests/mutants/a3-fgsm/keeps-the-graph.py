"""The result is left attached to the graph of the images.

loses: fgsm_leaves_no_trace
cause: still attached to the graph
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.clone().requires_grad_()
    with evaluating(model):
        (g,) = torch.autograd.grad(F.cross_entropy(model(x), labels), x)
    return (x + epsilon * g.sign()).clamp(0, 1)
