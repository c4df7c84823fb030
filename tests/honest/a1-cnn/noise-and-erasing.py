"""Each image gets noise, and a square of it is erased: augmentation."""


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for i in torch.randperm(len(images), generator=generator).split(batch_size):
            noise = 0.05 * torch.randn(images[i].shape, generator=generator)
            varied = (images[i] + noise).clamp(0, 1)
            row, column = torch.randint(0, 24, (2,), generator=generator).tolist()
            varied[:, :, row : row + 4, column : column + 4] = 0
            loss = F.cross_entropy(model(varied), labels[i])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
