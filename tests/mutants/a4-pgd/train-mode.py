"""The network is attacked in train mode, and its mode is left so.

loses: pgd_leaves_no_trace
cause: the old mode was not restored
"""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None,
    loss=cross_entropy,
):
    check_attack(images, labels, epsilon)
    if step_size < 0 or steps < 0:
        raise ValueError("step_size and steps must be 0 or more")
    model.train()
    x = images.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = (images + noise).clamp(0, 1)
    for _ in range(steps):
        leaf = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(loss(model(leaf), labels).sum(), leaf)
        x = project(images, leaf.detach() + step_size * gradient.sign(), epsilon)
    model.eval()
    return x
