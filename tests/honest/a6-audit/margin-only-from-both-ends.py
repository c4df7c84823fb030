"""The margin alone, from corners and from inside, with steps that become smaller."""


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    network = nn.Sequential(Normalize(mean, std), model)
    standing = predict(network, images).argmax(dim=1) == labels
    starts = [torch.zeros_like(images), torch.randn_like(images).sign()]
    starts += [2 * torch.rand_like(images) - 1 for _ in range(2)]
    for start in starts:
        x = project(images, images + epsilon * start, epsilon)
        for step in range(30):
            x = x.detach().requires_grad_()
            with evaluating(network):
                loss = margin_loss(network(x), labels).sum()
                (gradient,) = torch.autograd.grad(loss, x)
            size = epsilon / 2 * 0.9**step + epsilon / 50
            x = project(images, x.detach() + size * gradient.sign(), epsilon)
        standing &= predict(network, x).argmax(dim=1) == labels
    return standing.sum().item() / len(standing)
