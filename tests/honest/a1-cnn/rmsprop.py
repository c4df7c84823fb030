"""RMSprop, and no shuffling at all."""


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.001)
    losses = []
    for _ in range(epochs):
        total = torch.zeros(())
        for x, y in zip(images.split(batch_size), labels.split(batch_size)):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y, reduction="sum")
            (loss / len(x)).backward()
            optimizer.step()
            total += loss.detach()
        losses.append((total / len(images)).item())
    return losses
