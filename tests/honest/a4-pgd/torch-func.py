"""torch.func.grad, one image at a time by vmap."""

from torch.func import functional_call, grad, vmap


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    weights = {**dict(model.named_parameters()), **dict(model.named_buffers())}

    def surprise(image, label):
        logits = functional_call(model, weights, (image[None],))[0]
        return logits.logsumexp(dim=0) - logits.gather(0, label[None])[0]

    x = images.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = project(images, images + noise, epsilon)
    with evaluating(model):
        for _ in range(steps):
            gradient = vmap(grad(surprise))(x, labels).detach()
            x = project(images, x + step_size * gradient.sign(), epsilon)
    return x
