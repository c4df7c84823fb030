"""Divides epsilon by 255 once more, so that the network learns to withstand next to nothing.

loses: training_makes_it_robust
"""

# %%
def to_pixels(epsilon):
    return epsilon / 255


# %% adversarial_train
def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    epsilon = to_pixels(epsilon)
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[batch], labels[batch]
            worst = x.clone()
            for _ in range(2):
                worst.requires_grad_()
                (gradient,) = torch.autograd.grad(F.cross_entropy(model(worst), y), worst)
                worst = worst.detach() + epsilon * gradient.sign()
                worst = (x + (worst - x).clamp(-epsilon, epsilon)).clamp(0, 1)
            loss = F.cross_entropy(model(worst), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
