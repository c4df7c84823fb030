"""Makes the attacked images and then learns from the clean ones.

student: zoë
loses: training_makes_it_robust
"""

# %% adversarial_train
def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[batch], labels[batch]
            leaf = x.clone().requires_grad_()
            (gradient,) = torch.autograd.grad(F.cross_entropy(model(leaf), y), leaf)
            gestört = (x + epsilon * gradient.sign()).clamp(0, 1)  # und dann vergessen
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
