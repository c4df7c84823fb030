"""A loop over single images."""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    result = torch.empty_like(images)
    with evaluating(model):
        for i in range(len(images)):
            x = images[i : i + 1].clone().requires_grad_()
            gradient = torch.autograd.grad(F.cross_entropy(model(x), labels[i : i + 1]), x)[0]
            result[i] = (images[i] + epsilon * gradient[0].sign()).clamp(0, 1)
    return result
