"""Random signs, no gradient.

loses: pgd_uses_the_gradient
cause: noise, no gradient
earns: 0
"""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    return (images + epsilon * torch.randn_like(images).sign()).clamp(0, 1)
