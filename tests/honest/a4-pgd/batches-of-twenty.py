"""One batch of 20 after the other; the noise is drawn for all at once."""


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
    start = images.clone()
    if random_start:
        noise = torch.rand(images.size(), generator=generator).mul(2).sub(1).mul(epsilon)
        start = project(images, images + noise, epsilon)
    parts = []
    for x0, x, y in zip(images.split(20), start.split(20), labels.split(20)):
        for _ in range(steps):
            x = project(x0, x + step_size * slope(model, x, y, loss).sign(), epsilon)
        parts.append(x)
    return torch.cat(parts)
