"""The loss is minus the logarithm of the softmax, as the formula has it; plain SGD at 0.1."""


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.5)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for i in torch.randperm(len(images), generator=generator).split(batch_size):
            probabilities = model(images[i]).exp() / model(images[i]).exp().sum(dim=1, keepdim=True)
            loss = -probabilities[torch.arange(len(i)), labels[i]].log().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
