"""The whole epsilon from the first batch on, at a constant, low learning rate: it learns late."""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    losses = []
    for _ in range(epochs):
        seen = 0.0
        for rows in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[rows], labels[rows]
            x = pgd(model, x, y, epsilon, step_size=epsilon / 2, steps=4, generator=generator)
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen += loss.item() * len(rows)
        losses.append(seen / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
