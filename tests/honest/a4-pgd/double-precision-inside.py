"""Computes in float64 and returns float32."""

import copy


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    exact = copy.deepcopy(model).double()
    clean = images.double()
    x = clean.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = project(clean, clean + noise.double(), epsilon)
    for _ in range(steps):
        x = project(clean, x + step_size * loss_gradient(exact, x, labels).sign(), epsilon)
    return project(images, x.float(), epsilon)
