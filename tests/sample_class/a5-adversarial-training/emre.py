"""Draws batches and random starts from the global random state; the seed decides nothing.

loses: training_keeps_to_the_epochs, training_is_seeded
"""

# %% adversarial_train
def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    model.train()
    losses = []
    for epoch in range(epochs):
        reach = epsilon * min(1, 2 * epoch / epochs)
        total = 0.0
        for batch in torch.randperm(len(images)).split(batch_size):
            x, y = images[batch], labels[batch]
            worst = (x + (2 * torch.rand_like(x) - 1) * reach).clamp(0, 1)
            for _ in range(3):
                worst.requires_grad_()
                (gradient,) = torch.autograd.grad(F.cross_entropy(model(worst), y), worst)
                worst = worst.detach() + 2 / 3 * reach * gradient.sign()
                worst = (x + (worst - x).clamp(-reach, reach)).clamp(0, 1)
            loss = F.cross_entropy(model(worst), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
