"""The images come back as they are.

loses: pgd_uses_the_gradient
cause: come back unchanged
earns: 0
"""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    check_attack(images, labels, epsilon)
    if step_size < 0 or steps < 0:
        raise ValueError("step_size and steps must be 0 or more")
    return images
