"""The generator is made in the loop over epochs: the order is the same in each.

loses: train_is_seeded
cause: each epoch makes anew
"""


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    losses = []
    for _ in range(epochs):
        generator = torch.Generator().manual_seed(seed)
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
