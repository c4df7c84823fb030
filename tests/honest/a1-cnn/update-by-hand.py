"""Gradient descent with momentum written out, without torch.optim."""


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    weights = list(model.parameters())
    speed = [torch.zeros_like(w) for w in weights]
    losses = []
    for _ in range(epochs):
        total = 0.0
        for i in torch.randperm(len(images), generator=generator).split(batch_size):
            loss = F.cross_entropy(model(images[i]), labels[i])
            gradients = torch.autograd.grad(loss, weights)
            with torch.no_grad():
                for w, v, g in zip(weights, speed, gradients):
                    v.mul_(0.9).add_(g)
                    w.sub_(0.05 * v)
            total += loss.item() * len(i)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
