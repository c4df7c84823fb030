"""Each step is taken with the gradient at a worse point near the weights (SAM)."""


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            weights = list(model.parameters())
            length = torch.sqrt(sum((w.grad**2).sum() for w in weights)) + 1e-12
            away = [0.02 * w.grad / length for w in weights]
            with torch.no_grad():
                for weight, move in zip(weights, away):
                    weight += move
            optimizer.zero_grad()
            F.cross_entropy(model(images[batch]), labels[batch]).backward()
            with torch.no_grad():
                for weight, move in zip(weights, away):
                    weight -= move
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
