"""Each batch goes through the network in parts of 20, whose gradients add up to one step."""


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
            optimizer.zero_grad()
            whole = 0.0
            for part in batch.split(20):
                loss = F.cross_entropy(model(images[part]), labels[part], reduction="sum")
                (loss / len(batch)).backward()
                whole += loss.item()
            optimizer.step()
            total += whole
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
