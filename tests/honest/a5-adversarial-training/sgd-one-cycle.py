"""SGD with momentum and a one-cycle schedule, in train mode throughout, with the margin loss."""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    torch.manual_seed(seed)
    steps = epochs * -(-len(images) // batch_size)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.06, total_steps=steps)
    model.train()
    losses = []
    for epoch in range(epochs):
        reach = epsilon * min(1, 3 * (epoch + 1) / epochs)
        total = 0.0
        for i in torch.randperm(len(images)).split(batch_size):
            x, y = images[i], labels[i]
            worst = pgd(model, x, y, reach, step_size=reach / 2, steps=4, loss=margin_loss)
            loss = F.cross_entropy(model(worst), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            cycle.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
