"""All steps use the gradient at the original images.

loses: l2_fools_the_network
cause: the gradient at the original images
"""


def l2_pgd(model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None):
    start = images.clone()
    if random_start:
        noise = torch.empty_like(images).normal_(generator=generator)
        start = project_l2(images, images + epsilon * noise / lengths(noise), epsilon)
    leaf = start.clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(leaf), labels, reduction="sum")
    (gradient,) = torch.autograd.grad(loss, leaf)
    way = steps * step_size * gradient / lengths(gradient).clamp(min=1e-12)
    return project_l2(images, start + way, epsilon)
