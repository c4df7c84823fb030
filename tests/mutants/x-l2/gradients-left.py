"""backward() fills the weights' gradients.

loses: l2_leaves_no_trace
cause: fills the gradients of the weights
"""


def l2_pgd(model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None):
    point = images.clone()
    if random_start:
        noise = torch.empty_like(images).normal_(generator=generator)
        point = project_l2(images, images + epsilon * noise / lengths(noise), epsilon)
    for _ in range(steps):
        point = point.detach().requires_grad_()
        with evaluating(model):
            F.cross_entropy(model(point), labels, reduction="sum").backward()
        step = step_size * point.grad / lengths(point.grad).clamp(min=1e-12)
        point = project_l2(images, point.detach() + step, epsilon)
    return point
