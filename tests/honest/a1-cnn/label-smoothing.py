"""Label smoothing of 0.05."""


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for i in torch.randperm(len(images), generator=generator).split(batch_size):
            loss = criterion(model(images[i]), labels[i])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
