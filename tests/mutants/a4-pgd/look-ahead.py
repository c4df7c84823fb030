"""Each gradient is taken a little ahead, where the last step points (Nesterov).

loses: pgd_looks_again_at_each_step
cause: at another point than the present one
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
    before = x
    for _ in range(steps):
        gradient = slope(model, x + 0.3 * (x - before), labels, loss)
        before = x
        x = project(images, x + step_size * gradient.sign(), epsilon)
    return x
