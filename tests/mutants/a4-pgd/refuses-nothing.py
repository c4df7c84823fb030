"""Negative steps and step sizes are taken as they come.

loses: pgd_refuses_what_makes_no_sense
cause: nothing looks at the arguments
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
    x = images.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = project(images, images + noise, epsilon)
    for _ in range(steps):
        x = project(images, x + step_size * slope(model, x, labels, loss).sign(), epsilon)
    return x
