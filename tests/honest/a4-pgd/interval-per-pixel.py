"""Bounds of each pixel are worked out once, before the loop."""


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
    low, high = (images - epsilon).clamp(min=0), (images + epsilon).clamp(max=1)
    x = images
    if random_start:
        x = images + torch.empty(images.shape).uniform_(-epsilon, epsilon, generator=generator)
        x = torch.clamp(x, low, high)
    for _ in range(steps):
        x = torch.clamp(x + step_size * torch.sign(slope(model, x, labels, loss)), low, high)
    return x.clone()
