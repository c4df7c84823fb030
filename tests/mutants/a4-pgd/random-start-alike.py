"""Every image gets the same noise.

loses: pgd_starts_at_random
cause: same noise for every image
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
        noise = torch.empty_like(images[:1]).uniform_(-epsilon, epsilon, generator=generator)
        x = (images + noise).clamp(0, 1)
    for _ in range(steps):
        moved = x + step_size * slope(model, x, labels, loss).sign()
        x = (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)
    return x
