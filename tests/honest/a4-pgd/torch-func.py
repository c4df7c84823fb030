"""torch.func.grad, one image at a time by vmap."""

from torch.func import functional_call, grad, vmap


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None,
    loss=cross_entropy,
):
    check_attack(images, labels, epsilon)
    if step_size < 0 or steps < 0:
        raise ValueError("step_size and steps must be 0 or more")
    weights = {**dict(model.named_parameters()), **dict(model.named_buffers())}

    def surprise(image, label):
        return loss(functional_call(model, weights, (image[None],)), label[None])[0]

    x = images.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = project(images, images + noise, epsilon)
    with evaluating(model):
        for _ in range(steps):
            gradient = vmap(grad(surprise))(x, labels).detach()
            x = project(images, x + step_size * gradient.sign(), epsilon)
    return x
