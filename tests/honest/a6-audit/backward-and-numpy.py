"""loss.backward() on a leaf, gradients cleared, and the counting in NumPy: a numpy.float64."""

import numpy as np


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    network = nn.Sequential(Normalize(mean, std), model)
    modes = {name: module.training for name, module in model.named_modules()}
    network.eval()
    truth, outcomes = labels.numpy(), []
    with torch.no_grad():
        outcomes.append(network(images).numpy().argmax(axis=1) == truth)
    for loss in (cross_entropy, margin_loss) * 2:
        delta = (2 * torch.rand_like(images) - 1) * epsilon
        for _ in range(20):
            delta = ((images + delta).clamp(0, 1) - images).detach().requires_grad_()
            loss(network(images + delta), labels).sum().backward()
            delta = (delta + epsilon / 8 * delta.grad.sign()).clamp(-epsilon, epsilon)
        with torch.no_grad():
            moved = (images + delta).clamp(0, 1)
            outcomes.append(network(moved).numpy().argmax(axis=1) == truth)
    model.zero_grad(set_to_none=True)
    for name, module in model.named_modules():
        module.training = modes[name]
    return np.logical_and.reduce(outcomes).mean()
