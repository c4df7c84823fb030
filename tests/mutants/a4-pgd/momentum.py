"""Half of the earlier gradients goes into each step.

loses: pgd_looks_again_at_each_step
cause: this is momentum
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
    x = images.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = project(images, images + noise, epsilon)
    gathered = torch.zeros_like(images)
    for _ in range(steps):
        gradient = slope(model, x, labels, loss)
        size = gradient.abs().sum(dim=(1, 2, 3), keepdim=True).clamp(min=1e-30)
        gathered = 0.5 * gathered + gradient / size
        x = project(images, x + step_size * gathered.sign(), epsilon)
    return x
