"""The network is attacked in train mode, and its mode is left so.

loses: pgd_leaves_no_trace
cause: the old mode was not restored
"""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    model.train()
    x = images.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = (images + noise).clamp(0, 1)
    for _ in range(steps):
        leaf = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(F.cross_entropy(model(leaf), labels), leaf)
        x = project(images, leaf.detach() + step_size * gradient.sign(), epsilon)
    model.eval()
    return x
