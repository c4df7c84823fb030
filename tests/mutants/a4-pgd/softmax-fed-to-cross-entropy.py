"""A softmax before the cross-entropy.

loses: pgd_takes_the_steps_it_is_told, pgd_looks_again_at_each_step
cause: a softmax before cross-entropy
"""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    check_attack(images, labels, epsilon)
    if step_size < 0 or steps < 0:
        raise ValueError("step_size and steps must be 0 or more")
    x = images.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = (images + noise).clamp(0, 1)
    for _ in range(steps):
        leaf = x.clone().requires_grad_()
        with evaluating(model):
            total = F.cross_entropy(model(leaf).softmax(dim=1), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(total, leaf)
        x = project(images, x + step_size * gradient.sign(), epsilon)
    return x
