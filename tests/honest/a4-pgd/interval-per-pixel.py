"""Bounds of each pixel are worked out once, before the loop."""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    low, high = (images - epsilon).clamp(min=0), (images + epsilon).clamp(max=1)
    x = images
    if random_start:
        x = images + torch.empty(images.shape).uniform_(-epsilon, epsilon, generator=generator)
        x = torch.clamp(x, low, high)
    for _ in range(steps):
        x = torch.clamp(x + step_size * torch.sign(loss_gradient(model, x, labels)), low, high)
    return x.clone()
