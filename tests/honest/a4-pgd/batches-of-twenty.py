"""One batch of 20 after the other; the noise is drawn for all at once."""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    start = images.clone()
    if random_start:
        noise = torch.rand(images.size(), generator=generator).mul(2).sub(1).mul(epsilon)
        start = project(images, images + noise, epsilon)
    parts = []
    for x0, x, y in zip(images.split(20), start.split(20), labels.split(20)):
        for _ in range(steps):
            x = project(x0, x + step_size * loss_gradient(model, x, y).sign(), epsilon)
        parts.append(x)
    return torch.cat(parts)
