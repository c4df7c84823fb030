"""The images come back as they are.

loses: pgd_uses_the_gradient
cause: come back unchanged
earns: 0
"""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    return images
