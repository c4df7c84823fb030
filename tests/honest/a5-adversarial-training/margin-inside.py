"""The inner attack raises the margin, the outer step lowers the cross-entropy."""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for epoch in range(epochs):
        reach = epsilon * min(1, (epoch + 1) / 6)
        total = 0.0
        for i in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[i], labels[i]
            worst = pgd(
                model,
                x,
                y,
                reach,
                step_size=reach / 2,
                steps=4,
                generator=generator,
                loss=margin_loss,
            )
            loss = F.cross_entropy(model(worst), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
