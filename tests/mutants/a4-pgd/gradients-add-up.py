"""The gradient of the images is not cleared between the steps.

loses: pgd_looks_again_at_each_step
cause: added up
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
    images = images.detach()
    gradient = torch.zeros_like(images)
    for _ in range(steps):
        gradient += loss_gradient(model, x, labels)
        x = project(images, x + step_size * gradient.sign(), epsilon)
    return x
