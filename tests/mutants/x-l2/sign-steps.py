"""Steps are along the sign, as in the other norm.

loses: l2_steps_are_step_size_long
cause: follows the sign of the gradient
"""


def l2_pgd(model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None):
    point = images.clone()
    if random_start:
        noise = torch.empty_like(images).normal_(generator=generator)
        share = torch.empty(len(images), 1, 1, 1).uniform_(generator=generator)
        point = project_l2(images, images + epsilon * share * noise / lengths(noise), epsilon)
    for _ in range(steps):
        point = point.detach().requires_grad_()
        with evaluating(model):
            loss = F.cross_entropy(model(point), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, point)
        step = step_size * gradient.sign()
        point = project_l2(images, point.detach() + step, epsilon)
    return point
