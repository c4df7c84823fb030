"""The squared distance of the probabilities to the labels is raised.

loses: fgsm_is_exact_on_a_linear_model
cause: it raises the squared distance of the prob
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.detach().clone().requires_grad_()
    with evaluating(model):
        loss = (model(x).softmax(dim=1) - F.one_hot(labels, 10)).square().sum()
        (gradient,) = torch.autograd.grad(loss, x)
    return (images + epsilon * gradient.sign()).clamp(0, 1)
