"""Half of the loss is that of clean images."""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for i in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[i], labels[i]
            worst = pgd(model, x, y, epsilon, step_size=epsilon / 2, steps=4, generator=generator)
            loss = (F.cross_entropy(model(worst), y) + F.cross_entropy(model(x), y)) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
