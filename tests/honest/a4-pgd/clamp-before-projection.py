"""Clamps to [0, 1] first and to epsilon second: the order does not matter."""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    x = images.clone()
    if random_start:
        x += (2 * torch.rand(images.shape, generator=generator) - 1) * epsilon
        x.clamp_(0, 1)
    for _ in range(steps):
        x = (x + step_size * loss_gradient(model, x, labels).sign()).clamp(0, 1)
        x = torch.max(torch.min(x, images + epsilon), images - epsilon).clamp(0, 1)
    return x
