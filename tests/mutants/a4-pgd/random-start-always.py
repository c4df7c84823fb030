"""Starts at random even where that is not asked for.

loses: pgd_takes_the_steps_it_is_told, pgd_looks_again_at_each_step, pgd_treats_each_image_alone
cause: although random_start is False
"""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    check_attack(images, labels, epsilon)
    if step_size < 0 or steps < 0:
        raise ValueError("step_size and steps must be 0 or more")
    x = images.clone()
    if True:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = (images + noise).clamp(0, 1)
    for _ in range(steps):
        moved = x + step_size * loss_gradient(model, x, labels).sign()
        x = (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)
    return x
