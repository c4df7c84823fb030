"""Image by image, with renorm for the projection."""


def project_l2(images, moved, epsilon):
    change = (moved - images).flatten(1)
    return (images + torch.renorm(change, 2, 0, epsilon).view_as(images)).clamp(0, 1)


def l2_pgd(model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None):
    start = images.clone()
    if random_start:
        noise = torch.randn(images.shape, generator=generator)
        share = torch.rand(len(images), 1, 1, 1, generator=generator)
        noise = noise / noise.flatten(1).norm(dim=1)[:, None, None, None]
        start = project_l2(images, images + epsilon * share * noise, epsilon)
    done = []
    for image, point, label in zip(images, start, labels):
        image, point = image[None], point[None]
        for _ in range(steps):
            leaf = point.clone().requires_grad_()
            with evaluating(model):
                loss = F.cross_entropy(model(leaf), label[None])
            (slope,) = torch.autograd.grad(loss, leaf)
            point = project_l2(image, point + step_size * slope / slope.norm(), epsilon)
        done.append(point[0])
    return torch.stack(done).detach()
