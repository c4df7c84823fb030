"""Each image keeps its perturbation from one epoch to the next, and two steps are added."""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    kept = torch.zeros_like(images)
    losses = []
    for epoch in range(epochs):
        reach = epsilon * min(1, (epoch + 1) / 6)
        total = 0.0
        for i in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[i], labels[i]
            model.eval()
            worst = project(x, x + kept[i], reach)
            for _ in range(2):
                worst = worst.detach().requires_grad_()
                (g,) = torch.autograd.grad(F.cross_entropy(model(worst), y, reduction="sum"), worst)
                worst = project(x, worst.detach() + reach / 2 * g.sign(), reach)
            kept[i] = worst - x
            model.train()
            loss = F.cross_entropy(model(worst), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
