"""Computes in float64 and returns float32."""

import copy


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
    exact = copy.deepcopy(model).double()
    clean = images.double()
    x = clean.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = project(clean, clean + noise.double(), epsilon)
    for _ in range(steps):
        x = project(clean, x + step_size * slope(exact, x, labels, loss).sign(), epsilon)
    return project(images, x.float(), epsilon)
