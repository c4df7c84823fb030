"""Learns from one-step attacks, and returns a loss for each batch, where one per epoch is due.

loses: training_returns_losses
"""

# %% adversarial_train
def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    torch.manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(batch_size):
            x = images[batch].requires_grad_()
            (slope,) = torch.autograd.grad(F.cross_entropy(model(x), labels[batch]), x)
            worst = (x + epsilon * slope.sign()).clamp(0, 1).detach()
            loss = F.cross_entropy(model(worst), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    for module, mode in modes:
        module.training = mode
    return losses
