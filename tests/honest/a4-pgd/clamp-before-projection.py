"""Clamps to [0, 1] first and to epsilon second: the order does not matter."""


def slope(model, x, labels, loss):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        return torch.autograd.grad(loss(model(x), labels).sum(), x)[0]


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None,
    loss=cross_entropy,
):
    check_attack(images, labels, epsilon)
    if step_size < 0 or steps < 0:
        raise ValueError("step_size and steps must be 0 or more")
    x = images.clone()
    if random_start:
        x += (2 * torch.rand(images.shape, generator=generator) - 1) * epsilon
        x.clamp_(0, 1)
    for _ in range(steps):
        x = (x + step_size * slope(model, x, labels, loss).sign()).clamp(0, 1)
        x = torch.max(torch.min(x, images + epsilon), images - epsilon).clamp(0, 1)
    return x
