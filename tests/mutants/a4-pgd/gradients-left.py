"""loss.backward() leaves gradients on the weights.

loses: pgd_leaves_no_trace
cause: gradients of the weights
"""


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
        x = (images + noise).clamp(0, 1)
    for _ in range(steps):
        leaf = x.detach().requires_grad_()
        with evaluating(model):
            loss(model(leaf), labels).sum().backward()
        x = project(images, leaf.detach() + step_size * leaf.grad.sign(), epsilon)
    return x
