"""AdamW, label smoothing, and three steps from the image itself."""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.004, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
    losses = []
    for epoch in range(epochs):
        reach = epsilon * min(1.0, (epoch + 1) / 5)
        total = 0.0
        for i in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[i], labels[i]
            worst = pgd(model, x, y, reach, step_size=reach / 2, steps=3, random_start=False)
            loss = criterion(model(worst), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(i)
        schedule.step()
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
