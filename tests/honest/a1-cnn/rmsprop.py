"""RMSprop; images and labels are put in order once an epoch, and the losses are added up."""


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.001)
    losses = []
    for _ in range(epochs):
        total = torch.zeros(())
        order = torch.randperm(len(images), generator=generator)
        for x, y in zip(images[order].split(batch_size), labels[order].split(batch_size)):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y, reduction="sum")
            (loss / len(x)).backward()
            optimizer.step()
            total += loss.detach()
        losses.append((total / len(images)).item())
    for module, mode in modes:
        module.training = mode
    return losses
