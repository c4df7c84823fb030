"""One gradient, that of the clean images, serves all steps.

loses: pgd_looks_again_at_each_step
cause: gradient at the clean images
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
        moved = x + step_size * loss_gradient(model, images, labels).sign()
        x = (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)
    return x
