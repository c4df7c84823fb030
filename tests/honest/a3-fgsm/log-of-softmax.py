"""Cross-entropy as minus the logarithm of the softmax, as the formula has it."""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.clone().requires_grad_(True)
    with evaluating(model):
        p = torch.softmax(model(x), dim=1)
    loss = -torch.log(p[range(len(labels)), labels]).sum()
    (g,) = torch.autograd.grad(loss, x)
    return (images + epsilon * g.sign()).clamp(0, 1)
