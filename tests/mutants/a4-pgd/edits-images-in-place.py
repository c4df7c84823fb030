"""Steps are added to the images that were given.

loses: pgd_leaves_no_trace
cause: changed in place
"""


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
    x, images = images, images.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = (images + noise).clamp(0, 1)
    for _ in range(steps):
        x += step_size * slope(model, x, labels, loss).sign()
        x.copy_(project(images, x, epsilon))
    return x
