"""The random start is within a step of the images, not within epsilon.

loses: pgd_starts_at_random
cause: not uniform
"""

right = pgd


def pgd(model, images, labels, epsilon, *, step_size, random_start=True, generator=None, **options):
    check_attack(images, labels, epsilon)
    if step_size < 0 or options["steps"] < 0:
        raise ValueError("step_size and steps must be 0 or more")
    if not random_start:
        return right(
            model, images, labels, epsilon, step_size=step_size, random_start=False, **options
        )
    noise = torch.empty_like(images).uniform_(-step_size, step_size, generator=generator)
    x = project(images, images + noise, epsilon)
    for _ in range(options["steps"]):
        x = project(images, x + step_size * loss_gradient(model, x, labels).sign(), epsilon)
    return x
