"""The start is drawn from PyTorch's own generator.

loses: l2_starts_at_random
cause: not drawn from the generator
"""


def l2_pgd(model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None):
    point = images.clone()
    if random_start:
        noise = torch.empty_like(images).normal_(generator=None)
        share = torch.empty(len(images), 1, 1, 1).uniform_(generator=None)
        point = project_l2(images, images + epsilon * share * noise / lengths(noise), epsilon)
    for _ in range(steps):
        point = point.detach().requires_grad_()
        with evaluating(model):
            loss = F.cross_entropy(model(point), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, point)
        step = step_size * gradient / lengths(gradient).clamp(min=1e-12)
        point = project_l2(images, point.detach() + step, epsilon)
    return point
