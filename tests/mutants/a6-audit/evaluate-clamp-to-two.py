"""Clamps normalised images to [-2, 2], as published code does.

loses: evaluate_finds_what_is_known_exactly
cause: clamped to [-2, 2]
earns: 0
"""

def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    m, s = (torch.tensor(each).view(1, -1, 1, 1) for each in (mean, std))
    z = (images - m) / s
    low, high = torch.tensor(-2.0), torch.tensor(2.0)
    size = epsilon / s
    survived = predict(model, z).argmax(dim=1) == labels
    for loss in (cross_entropy, margin_loss):
        x = z
        for _ in range(20):
            x = x.detach().requires_grad_()
            with evaluating(model):
                (gradient,) = torch.autograd.grad(loss(model(x), labels).sum(), x)
            x = x.detach() + size / 8 * gradient.sign()
            x = torch.maximum(torch.minimum(x, z + size), z - size)
            x = torch.maximum(torch.minimum(x, high), low)
        survived &= predict(model, x).argmax(dim=1) == labels
    return survived.double().mean().item()
