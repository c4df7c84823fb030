"""There are never more than eight steps.

loses: pgd_takes_the_steps_it_is_told, pgd_looks_again_at_each_step
cause: it ends after 8
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
    for _ in range(min(steps, 8)):
        x = project(images, x + step_size * slope(model, x, labels, loss).sign(), epsilon)
    return x
