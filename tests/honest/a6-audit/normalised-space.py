"""Attacks normalised images: epsilon, step and range are converted, channel by channel."""


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    check_attack(images, labels, epsilon)
    m, s = (torch.tensor(each).view(1, -1, 1, 1) for each in (mean, std))
    z = (images - m) / s
    black, white = (0 - m) / s, (1 - m) / s
    size = epsilon / s
    low, high = torch.maximum(z - size, black), torch.minimum(z + size, white)
    survived = predict(model, z).argmax(dim=1) == labels
    for loss in (cross_entropy, margin_loss, cross_entropy, margin_loss):
        x = low + (high - low) * torch.rand_like(z)
        for _ in range(20):
            x = x.detach().requires_grad_()
            with evaluating(model):
                (gradient,) = torch.autograd.grad(loss(model(x), labels).sum(), x)
            moved = x.detach() + size / 8 * gradient.sign()
            x = torch.minimum(torch.maximum(moved, low), high)
        survived &= predict(model, x).argmax(dim=1) == labels
    return survived.float().mean().item()
