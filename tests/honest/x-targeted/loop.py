"""The loop is written out, with the clamp of the distance inside."""


def targeted_pgd(model, images, targets, epsilon, *, step_size, steps):
    point = images.clone()
    for _ in range(steps):
        point.requires_grad_(True)
        with evaluating(model):
            loss = nn.CrossEntropyLoss(reduction="sum")(model(point), targets)
        (slope,) = torch.autograd.grad(loss, point)
        with torch.no_grad():
            point = point - step_size * torch.sign(slope)
            point = torch.max(torch.min(point, images + epsilon), images - epsilon)
            point = point.clamp(0, 1)
    return point.detach()


def least_likely(model, images):
    with evaluating(model), torch.no_grad():
        return F.softmax(model(images), dim=-1).min(dim=-1).indices
